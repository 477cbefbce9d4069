import { Collection } from "./collection.js";
import { type Change, Journal, journalPath } from "./journal.js";
import type {
  DeletionRecord,
  FunctionRecord,
  OrganizationRecord,
  PipelineRecord,
  StreamRecord,
  UserRecord,
} from "./records.js";

/** All objects of the server but the rows and columns of streams. Organisation "" holds what belongs to none. */
export interface Metadata {
  readonly organizations: Collection<OrganizationRecord>;
  /** By `streamId`. */
  readonly streams: Collection<StreamRecord>;
  /** By `streamId`. */
  readonly deletions: Collection<DeletionRecord>;
  /** By name. */
  readonly functions: Collection<FunctionRecord>;
  /** By id. */
  readonly pipelines: Collection<PipelineRecord>;
  /** By e-mail address; service accounts have the role `service_account`. */
  readonly users: Collection<UserRecord>;
  /** Several changes that survive a crash together or not at all. */
  write(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error when the data directory cannot be read or written */
export async function openMetadata(dataDir: string): Promise<Metadata> {
  const { journal, records } = await Journal.open(journalPath(dataDir));
  const collection = <T>(name: string): Collection<T> => new Collection<T>(name, journal, records);
  return {
    organizations: collection("organizations"),
    streams: collection("streams"),
    deletions: collection("deletions"),
    functions: collection("functions"),
    pipelines: collection("pipelines"),
    users: collection("users"),
    write: (changes) => journal.append(changes),
    close: () => journal.close(),
  };
}
