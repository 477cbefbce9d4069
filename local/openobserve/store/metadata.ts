import { Collection } from "./collection.js";
import { type Change, Journal, journalPath } from "./journal.js";
import type {
  AlertRecord,
  AlertStateRecord,
  AnnotationRecord,
  DashboardRecord,
  DeletionRecord,
  DestinationRecord,
  FolderRecord,
  FunctionRecord,
  OrganizationRecord,
  PipelineRecord,
  SavedViewRecord,
  StreamRecord,
  TemplateRecord,
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
  /** By name. */
  readonly templates: Collection<TemplateRecord>;
  /** By name. */
  readonly destinations: Collection<DestinationRecord>;
  /** By id. */
  readonly alerts: Collection<AlertRecord>;
  /** By id of the alert. */
  readonly alertStates: Collection<AlertStateRecord>;
  /** By `folderKey`. */
  readonly folders: Collection<FolderRecord>;
  /** By id. */
  readonly dashboards: Collection<DashboardRecord>;
  /** By id. */
  readonly annotations: Collection<AnnotationRecord>;
  /** By id. */
  readonly savedViews: Collection<SavedViewRecord>;
  /** The values of the key-value store of an organisation. */
  readonly values: Collection<string>;
  /** One record an organisation, under "". */
  readonly organizationSettings: Collection<Readonly<Record<string, unknown>>>;
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
    templates: collection("templates"),
    destinations: collection("destinations"),
    alerts: collection("alerts"),
    alertStates: collection("alertStates"),
    folders: collection("folders"),
    dashboards: collection("dashboards"),
    annotations: collection("annotations"),
    savedViews: collection("savedViews"),
    values: collection("values"),
    organizationSettings: collection("organizationSettings"),
    users: collection("users"),
    write: (changes) => journal.append(changes),
    close: () => journal.close(),
  };
}
