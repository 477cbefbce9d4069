import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { backgroundJobs } from "./background.js";
import { type Clock, systemClock } from "./clock.js";
import type { Options, ServerContext } from "./context.js";
import { openDataStore } from "./data/open.js";
import type { DataStore } from "./data/store.js";
import { newEventBus } from "./events.js";
import { defaultOrganization, ensureOrganization } from "./organizations/registry.js";
import { areas } from "./routes/index.js";
import { newHttpServer } from "./server/server.js";
import { newIds } from "./store/ids.js";
import { openMetadata } from "./store/metadata.js";
import { dropRemains } from "./streams/deletion.js";
import { StreamRegistry } from "./streams/registry.js";
import { ensurePrebuiltTemplates } from "./templates/prebuilt.js";
import { ensureRootUser } from "./users/root.js";
import { behaviourOf, defaultVersion, type ServerVersion } from "./versions.js";

export interface ServerOptions {
  /** Holds everything that survives a restart; made when missing. */
  readonly dataDir: string;
  /** E-mail address of the root user. */
  readonly rootUser: string;
  /** Never stored: it is the one that the server was started with. */
  readonly rootPassword: string;
  /** Token that the root user is made with; a later start does not change it. Default: a random one. */
  readonly rootToken?: string;
  /** Default "127.0.0.1". */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Which observed server to be. Default {@link defaultVersion}. */
  readonly version?: ServerVersion;
  readonly clock?: Clock;
  /** For tests; default is the store in the data directory. */
  readonly data?: DataStore;
  /** What the database of rows may take; larger queries spill to disk. Default 1024. */
  readonly memoryMegabytes?: number;
  /** How long a deleted stream keeps its name. Default 10 s, as observed. */
  readonly streamDeletionSeconds?: number;
  /** The age from which a stream shows how much it holds. Default 600 s, the server's own interval. */
  readonly statsDelaySeconds?: number;
  /** Largest request body after unpacking. Default 200 MiB, the server's own. */
  readonly bodyLimitBytes?: number;
  /** Default false, as the server's `ZO_ALLOW_USER_DEFINED_SCHEMAS`. */
  readonly userDefinedSchemas?: boolean;
  /** Default false, as the server's `ZO_SSRF_ALLOW_LOOPBACK`. */
  readonly allowLoopbackDestinations?: boolean;
  /** How often due alerts are looked for. Default 1,000 ms. */
  readonly alertIntervalMs?: number;
  /** How often due scheduled pipelines are looked for. Default 1,000 ms. */
  readonly pipelineIntervalMs?: number;
  /** Is told of failures that no client can be told of. Default: standard error. */
  readonly report?: (where: string, error: unknown) => void;
}

export interface RunningServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly version: ServerVersion;
  readonly context: ServerContext;
  /** Stops listening, ends what is under way, and closes the files. */
  close(): Promise<void>;
}

/** How long requests that are under way may take when the server is closed. */
const graceMs = 5_000;

/**
 * Starts the embedded OpenObserve.
 * @throws Error when the port is taken or the data directory cannot be used
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const context = await openContext(options);
  const server = newHttpServer(
    context,
    areas.flatMap((area) => area(context)),
  );
  const host = options.host ?? "127.0.0.1";
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port ?? 0, host, resolve);
    });
  } catch (error) {
    await closeStores(context);
    throw error;
  }
  const stops = backgroundJobs.map((start) => start(context));
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    // A client that never ends its request does not keep the server.
    setTimeout(() => server.closeAllConnections(), graceMs).unref();
    await Promise.all([closed, ...stops.map((stop) => stop())]);
    await closeStores(context);
  };
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    version: context.version.version,
    context,
    close: () => (closing ??= close()),
  };
}

async function openContext(options: ServerOptions): Promise<ServerContext> {
  const clock = options.clock ?? systemClock();
  const ids = newIds(clock);
  const events = newEventBus();
  // The rows first: their store locks the directory against a second server.
  const data =
    options.data ??
    (await openDataStore({
      dir: join(options.dataDir, "data"),
      memoryLimit: options.memoryMegabytes ?? 1024,
    }));
  const metadata = await openMetadata(options.dataDir);
  const context: ServerContext = {
    instance: ids.snowflake(),
    version: behaviourOf(options.version ?? defaultVersion),
    options: withDefaults(options),
    clock,
    ids,
    metadata,
    data,
    events,
    hooks: {},
    report: options.report ?? ((where, error) => console.error(`${where}:`, error)),
    streams: new StreamRegistry(metadata, data, clock, events),
  };
  await ensureOrganization(context, defaultOrganization);
  await ensureRootUser(context);
  await ensurePrebuiltTemplates(context);
  await dropRemains(context);
  return context;
}

const withDefaults = (options: ServerOptions): Options => ({
  rootUser: options.rootUser.toLowerCase(),
  rootPassword: options.rootPassword,
  ...(options.rootToken !== undefined && { rootToken: options.rootToken }),
  dataDir: options.dataDir,
  bodyLimitBytes: options.bodyLimitBytes ?? 200 * 1024 * 1024,
  streamDeletionSeconds: options.streamDeletionSeconds ?? 10,
  statsDelaySeconds: options.statsDelaySeconds ?? 600,
  userDefinedSchemas: options.userDefinedSchemas ?? false,
  allowLoopbackDestinations: options.allowLoopbackDestinations ?? false,
  alertIntervalMs: options.alertIntervalMs ?? 1000,
  pipelineIntervalMs: options.pipelineIntervalMs ?? 1000,
});

async function closeStores({ data, metadata }: ServerContext): Promise<void> {
  await data.close();
  await metadata.close();
}
