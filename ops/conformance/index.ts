import { type Connection, OpenObserve } from "@o2cqrs/providers/client";
import { configurationLife } from "./configuration.js";
import { CountingDispatcher } from "./counting-dispatcher.js";
import { alert } from "./kinds/alert.js";
import { alertDestination } from "./kinds/alert-destination.js";
import { alertTemplate } from "./kinds/alert-template.js";
import { dashboard } from "./kinds/dashboard.js";
import { enrichmentTable } from "./kinds/enrichment-table.js";
import { folder } from "./kinds/folder.js";
import { vrlFunction } from "./kinds/function.js";
import { organization } from "./kinds/organization.js";
import { pipeline } from "./kinds/pipeline.js";
import { pipelineDestination } from "./kinds/pipeline-destination.js";
import { savedView } from "./kinds/saved-view.js";
import { serviceAccount } from "./kinds/service-account.js";
import { stream } from "./kinds/stream.js";
import { user } from "./kinds/user.js";
import { type KindCase, lifeCycle } from "./life-cycle.js";
import type { Step } from "./step.js";

export type { Step } from "./step.js";
export { junit, table } from "./report.js";

/** Every kind of resource, by the prefix of its objects' names. */
export const kinds: readonly ((prefix: string) => KindCase)[] = [
  stream,
  vrlFunction,
  pipeline,
  pipelineDestination,
  alertTemplate,
  alertDestination,
  alert,
  folder,
  dashboard,
  serviceAccount,
  user,
  savedView,
  enrichmentTable,
  organization,
];

export interface ConformanceOptions {
  /** Begins the names of all objects: lower-case letters and digits, on this server in use by nobody else. */
  readonly prefix: string;
  /** Folder of the project whose configuration is deployed as a whole; absent, only single resources live. */
  readonly projectRoot?: string;
  /** Told of the steps of each life that has ended. */
  readonly onLife?: (steps: readonly Step[]) => void;
}

/** Takes every kind of resource, and then the whole CQRS configuration, through its life on a server. */
export async function conformance(
  connection: Connection,
  { prefix, projectRoot, onLife }: ConformanceOptions,
): Promise<Step[]> {
  const counter = new CountingDispatcher();
  const server = new OpenObserve(connection, { dispatcher: counter.dispatcher });
  const steps: Step[] = [];
  const add = (life: readonly Step[]) => {
    steps.push(...life);
    onLife?.(life);
  };
  try {
    for (const kind of kinds) add(await lifeCycle({ server, writes: () => counter.writes }, kind(prefix)));
    if (projectRoot !== undefined) add(await configurationLife(connection, server, projectRoot));
    await removeWritten(server, prefix);
  } finally {
    await server.close();
  }
  return steps;
}

/** A scheduled pipeline that came due while it lived has made the stream that it writes to. */
async function removeWritten({ streams }: OpenObserve, prefix: string): Promise<void> {
  for (const { name, stream_type } of await streams.list())
    if (name.startsWith(prefix)) await streams.delete(name, stream_type);
}

/** No server can delete an organisation, so that all runs share one, which they leave empty. */
const ownOrganization = "o2cqrs conformance";

/** The connection to an organisation for conformance alone, made by the first run. */
export async function inOwnOrganization(connection: Connection): Promise<Connection> {
  const server = new OpenObserve(connection);
  try {
    const known = (await server.organizations.list()).find(({ name }) => name === ownOrganization);
    const { identifier } = known ?? (await server.organizations.create(ownOrganization));
    return { ...connection, organization: identifier };
  } finally {
    await server.close();
  }
}
