import { isDeepStrictEqual } from "node:util";
import { type OpenObserve } from "@o2cqrs/providers/client";
import { messageOf, OperatorError } from "../cli/errors.js";
import { readOrganization } from "./backup.js";
import { type Backup, backupKinds, type BackupKind, type BackupObject } from "./format.js";
import { hiddenIn, hideSecrets, revealSecrets } from "./hidden-secrets.js";
import { type PresentObject } from "./object-kind.js";
import { objectKinds } from "./organization-objects.js";

/** What restore would do with one object. */
export interface RestoreStep {
  readonly kind: BackupKind;
  readonly key: string;
  readonly action: "create" | "overwrite" | "keep";
  /** Top-level members in which the organisation's object differs. */
  readonly differs: readonly string[];
  /** Credentials that it needs and nobody gave. */
  readonly lacks: readonly string[];
}

export interface RestorePlan {
  readonly steps: readonly RestoreStep[];
  /** Carries it out, and tells each step before it is taken. */
  apply(told: (step: RestoreStep) => void, signal: AbortSignal): Promise<void>;
}

/**
 * Compares a backup with what the organisation has. Objects that are the same stay as they are, and so does what
 * the backup does not know.
 *
 * @param secrets values for the credentials that the backup leaves out
 */
export async function planRestore(
  server: OpenObserve,
  backup: Backup,
  secrets: Readonly<Record<string, string>> = {},
): Promise<RestorePlan> {
  const present = new Map(
    (await readOrganization(server, kindsIn(backup))).map((object) => [idOf(object), object]),
  );
  const planned = [...backup.objects]
    .sort((a, b) => backupKinds.indexOf(a.kind) - backupKinds.indexOf(b.kind))
    .map((object) => {
      const wanted = revealSecrets(object, secrets);
      const existing = present.get(idOf(object));
      return { wanted, existing, step: stepFor(wanted, existing) };
    });
  return {
    steps: planned.map(({ step }) => step),
    async apply(told, signal) {
      for (const { wanted, existing, step } of planned) {
        signal.throwIfAborted();
        if (step.action === "keep") continue;
        told(step);
        try {
          if (existing === undefined) await objectKinds[wanted.kind].create(server, wanted);
          else await existing.overwrite(wanted.body);
        } catch (error) {
          throw new OperatorError(`${wanted.kind} ${wanted.key} was not restored: ${messageOf(error)}`, {
            cure: "Mend the cause and restore again: what is there already is kept.",
            cause: error,
          });
        }
      }
    },
  };
}

/** What the backup knows nothing of is not read. */
const kindsIn = ({ objects }: Backup): BackupKind[] =>
  backupKinds.filter((kind) => objects.some((object) => object.kind === kind));

const idOf = ({ kind, key }: BackupObject): string => `${kind} ${key}`;

function stepFor(wanted: BackupObject, existing: PresentObject | undefined): RestoreStep {
  const { kind, key } = wanted;
  if (existing === undefined) return { kind, key, action: "create", differs: [], lacks: hiddenIn([wanted]) };
  const told = withoutUntold(wanted);
  const differs = differences(told, { ...existing, body: withoutUntold(existing).body });
  const lacks = hiddenIn([told]);
  if (differs.length > 0) return { kind, key, action: "overwrite", differs, lacks };
  return { kind, key, action: "keep", differs, lacks: [] };
}

/** What a server never tells can't be compared, and is not written where the object is: a person keeps the password. */
function withoutUntold(object: BackupObject): BackupObject {
  if (object.kind !== "user") return object;
  return { ...object, body: { ...object.body, password: undefined } };
}

/** Where a credential is not known, that one is there is all that can be compared. */
function differences(wanted: BackupObject, existing: BackupObject): string[] {
  const isHidden = hiddenIn([wanted]).length > 0;
  const theirs = (isHidden ? hideSecrets(existing) : existing).body;
  const ours = (isHidden ? hideSecrets(wanted) : wanted).body;
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter(
    (member) =>
      !isDeepStrictEqual(comparable(wanted, member, ours, ours), comparable(wanted, member, theirs, ours)),
  );
}

/** Ingest adds columns to a stream: those that the backup does not know are no difference. */
function comparable(
  { kind }: BackupObject,
  member: string,
  body: BackupObject["body"],
  wanted: BackupObject["body"],
): unknown {
  if (kind !== "stream" || member !== "fields") return body[member];
  const known = new Set((wanted.fields as readonly { name: string }[]).map(({ name }) => name));
  return (body.fields as readonly { name: string }[]).filter(({ name }) => known.has(name));
}
