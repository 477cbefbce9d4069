import { type OpenObserve } from "@o2cqrs/providers/client";
import { type Backup, type BackupKind, backupKinds, newBackup } from "./format.js";
import { hideSecrets } from "./hidden-secrets.js";
import { type PresentObject } from "./object-kind.js";
import { objectKinds } from "./organization-objects.js";

/** Everything that an organisation has now, in the order in which it can be made again. */
export async function readOrganization(
  server: OpenObserve,
  kinds: readonly BackupKind[] = backupKinds,
): Promise<PresentObject[]> {
  const found: PresentObject[] = [];
  for (const kind of kinds) {
    const objects = await objectKinds[kind].list(server);
    found.push(...objects.sort((a, b) => (a.key < b.key ? -1 : 1)));
  }
  return found;
}

export interface BackupOptions {
  /** Keep webhooks' addresses, headers and other credentials in it, readable. */
  readonly includeSecrets: boolean;
  /** Kinds that are not read. Default none. */
  readonly without?: readonly BackupKind[];
  readonly now?: Date;
}

/** Reads an organisation's configuration. Telemetry is not part of it, and no token ever is. */
export async function createBackup(server: OpenObserve, options: BackupOptions): Promise<Backup> {
  const { includeSecrets, without = [], now = new Date() } = options;
  const kinds = backupKinds.filter((kind) => !without.includes(kind));
  const { version } = await server.capabilities();
  const objects = (await readOrganization(server, kinds)).map(({ kind, key, body }) => ({ kind, key, body }));
  return newBackup({
    createdAt: now.toISOString(),
    organization: server.organization,
    serverVersion: version,
    secrets: includeSecrets ? "included" : "leftOut",
    objects: includeSecrets ? objects : objects.map(hideSecrets),
  });
}
