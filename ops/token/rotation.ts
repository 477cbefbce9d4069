import { createHash } from "node:crypto";
import { envNames, secretEnvNames } from "@o2cqrs/contract";
import { ConflictError, type OpenObserve } from "@o2cqrs/providers/client";
import { OperatorError, usageError } from "../cli/errors.js";
import { type RotationJournal, type RotationRecord } from "./journal.js";

type AppEnv = Readonly<Record<string, string>>;

/** What a rotation needs of its surroundings. */
export interface RotationContext {
  /** The server, with the credentials of whoever deploys. */
  readonly server: OpenObserve;
  readonly journal: RotationJournal;
  /** The application's environment as the stack's outputs have it now. */
  readonly appEnv: () => Promise<AppEnv>;
  /** Sets `o2cqrs:tokenRotation` and deploys, which gives the account a new token. */
  readonly redeploy: (rotation: string) => Promise<void>;
  /** Resolves when the server takes the credentials of an environment. @throws OperatorError when it does not */
  readonly verify: (env: AppEnv) => Promise<void>;
  /** Whether the server refuses the credentials of an environment. */
  readonly isRefused: (env: AppEnv) => Promise<boolean>;
  /**
   * Gives the application an environment. @returns false when someone else has to, and the rotation waits for
   * them to say that it is done
   */
  readonly handOver: (env: AppEnv) => Promise<boolean>;
  /** Whether `handOver` does it itself, so that there is nobody to wait for. */
  readonly handsOver: boolean;
  readonly told: (message: string) => void;
}

export type RotationOutcome =
  | { readonly state: "done"; readonly account: string }
  | { readonly state: "waiting"; readonly account: string };

/**
 * Rotates the token of the application's service account without a moment in which the application holds a token
 * that is not valid. A server knows one token an account, and a new one ends the old. So a second account, the
 * bridge, stands in:
 *
 * 1. the bridge is made, its token verified and handed over;
 * 2. the stack is deployed with a new token for its own account, the token verified and handed over;
 * 3. the bridge is deleted.
 *
 * Every step is noted before and after it is taken: whatever interrupts it, the next run goes on.
 *
 * @param isHandedOver whether the environment that the rotation waited for has reached the application
 */
export async function rotateToken(context: RotationContext, isHandedOver = false): Promise<RotationOutcome> {
  const { journal } = context;
  const found = await journal.read();
  if (found === undefined && isHandedOver)
    throw usageError(
      "No rotation of this stack waits for a hand-over",
      "Begin one without --handed-over; the one before has ended.",
    );
  let record = found ?? (await begin(context));
  if (record.waiting && isHandedOver) record = await journal.write(next(record));
  // It was begun without a command: the one that is there now hands over what waits.
  if (record.waiting && context.handsOver) record = await journal.write({ ...record, waiting: false });
  if (record.phase === "bridge") record = await bridge(context, record);
  if (record.phase === "rotate") record = await rotate(context, record);
  if (record.phase === "close") {
    await close(context, record);
    return { state: "done", account: record.account };
  }
  return { state: "waiting", account: record.account };
}

async function begin({ journal, appEnv, verify, told }: RotationContext): Promise<RotationRecord> {
  const env = await appEnv();
  const account = env[envNames.user] ?? "";
  if (account === "")
    throw usageError(
      "The application has no service account: it authenticates with the gateway's token",
      "Rotate that one: pulumi config set --secret o2cqrs:ingestToken, then o2cqrs up.",
    );
  await verify(env);
  told(`The token of ${account} works; it is rotated.`);
  return journal.write({
    account,
    bridge: account.replace("@", "-bridge@"),
    rotation: new Date().toISOString(),
    oldToken: digest(env),
    phase: "bridge",
    waiting: false,
  });
}

/** What follows when the application has been given what the record's phase is about. */
const next = ({ bridgeToken: _, ...record }: RotationRecord): RotationRecord => ({
  ...record,
  phase: record.phase === "bridge" ? "rotate" : "close",
  waiting: false,
});

async function bridge(context: RotationContext, known: RotationRecord): Promise<RotationRecord> {
  const { journal, told } = context;
  if (known.waiting) return known;
  const token = known.bridgeToken ?? (await bridgeToken(context, known));
  const record = await journal.write({ ...known, bridgeToken: token });
  const env = withCredentials(await context.appEnv(), record.bridge, token);
  await context.verify(env);
  told(`${record.bridge} stands in: its token is verified.`);
  return hand(context, record, env);
}

/** Nobody uses the bridge yet, so a token whose answer was lost can be replaced. */
async function bridgeToken({ server }: RotationContext, { bridge: email }: RotationRecord): Promise<string> {
  const { serviceAccounts } = server;
  const account = { email, first_name: "bridge", last_name: "while a token is rotated" };
  let created: string | undefined;
  try {
    if ((await serviceAccounts.get(email)) === undefined) created = await serviceAccounts.create(account);
  } catch (error) {
    // A create whose answer was lost and that was sent again.
    if (!(error instanceof ConflictError)) throw error;
  }
  return created ?? (await serviceAccounts.readToken(email)) ?? (await serviceAccounts.rotateToken(account));
}

async function rotate(context: RotationContext, record: RotationRecord): Promise<RotationRecord> {
  if (record.waiting) return record;
  let env = await context.appEnv();
  if (digest(env) === record.oldToken) {
    const before = env;
    await context.redeploy(record.rotation);
    env = await context.appEnv();
    if (digest(env) !== record.oldToken && !(await context.isRefused(before)))
      context.told(`Beware: the server still takes the old token of ${record.account}.`);
  }
  if (digest(env) === record.oldToken)
    throw new OperatorError(`The deployment gave ${record.account} no new token`, {
      cure: "The application is served by the bridge meanwhile. See what o2cqrs preview says, then run this again.",
    });
  await context.verify(env);
  context.told(`${record.account} has its new token, which is verified.`);
  return hand(context, record, env);
}

async function hand(
  { journal, handOver }: RotationContext,
  record: RotationRecord,
  env: AppEnv,
): Promise<RotationRecord> {
  if (await handOver(env)) return journal.write(next(record));
  return journal.write({ ...record, waiting: true });
}

async function close(context: RotationContext, { bridge: email, account }: RotationRecord): Promise<void> {
  await context.verify(await context.appEnv());
  await context.server.serviceAccounts.delete(email);
  await context.journal.clear();
  context.told(`${email} is deleted; ${account} goes on with its new token.`);
}

/** The same environment for another account, in every variable that holds the credentials. */
export function withCredentials(env: AppEnv, user: string, token: string): AppEnv {
  const basic = (name: string, password: string) =>
    encodeURIComponent(`Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`);
  const before = basic(env[envNames.user] ?? "", env[envNames.token] ?? "");
  const changed = Object.fromEntries(
    secretEnvNames.map((name) => [name, (env[name] ?? "").replaceAll(before, basic(user, token))]),
  );
  return { ...env, ...changed, [envNames.user]: user, [envNames.token]: token };
}

/** Tells tokens apart without keeping them. */
const digest = (env: AppEnv): string =>
  createHash("sha256")
    .update(env[envNames.token] ?? "")
    .digest("hex");
