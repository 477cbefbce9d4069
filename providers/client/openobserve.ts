import { z } from "zod";
import { AlertDestinations } from "./alert-destinations.js";
import { AlertTemplates } from "./alert-templates.js";
import { Alerts } from "./alerts.js";
import { type Capabilities, capabilitiesOf } from "./capabilities.js";
import type { Connection } from "./connection.js";
import { Dashboards } from "./dashboards.js";
import { EnrichmentTables } from "./enrichment-tables.js";
import { NotFoundError } from "./errors.js";
import { Folders } from "./folders.js";
import { Functions } from "./functions.js";
import { Organizations } from "./organizations.js";
import { PipelineDestinations } from "./pipeline-destinations.js";
import { Pipelines } from "./pipelines.js";
import { SavedViews } from "./saved-views.js";
import { ServiceAccounts } from "./service-accounts.js";
import { Streams } from "./streams.js";
import { Telemetry } from "./telemetry.js";
import { Transport, type TransportOptions } from "./transport.js";
import { Users } from "./users.js";

export interface OpenObserveOptions extends TransportOptions {
  /** Told once when the server's version is outside the tested range. Default: a line on standard error. */
  warn?: (message: string) => void;
}

const serverConfigSchema = z.looseObject({
  version: z.string(),
  user_defined_schemas_enabled: z.boolean().optional(),
});

/** What the server says of itself without credentials. */
export type ServerConfig = z.output<typeof serverConfigSchema>;

/**
 * One organisation of one OpenObserve server.
 *
 * @example
 * const server = new OpenObserve(connectionFrom({ config: (key) => config.get(key) }));
 * const { rows } = await server.telemetry.search("SELECT count(*) AS n FROM cqrs_commands", { start, end });
 */
export class OpenObserve {
  readonly url: string;
  readonly organization: string;
  readonly streams: Streams;
  readonly functions: Functions;
  readonly pipelines: Pipelines;
  readonly alertTemplates: AlertTemplates;
  readonly alertDestinations: AlertDestinations;
  readonly alerts: Alerts;
  readonly folders: Folders;
  readonly dashboards: Dashboards;
  readonly serviceAccounts: ServiceAccounts;
  readonly users: Users;
  /** Those of the whole server. */
  readonly organizations: Organizations;
  readonly savedViews: SavedViews;
  readonly enrichmentTables: EnrichmentTables;
  readonly pipelineDestinations: PipelineDestinations;
  /** Searches, PromQL and ingestion. */
  readonly telemetry: Telemetry;

  readonly #transport: Transport;
  readonly #warn: (message: string) => void;
  #config: Promise<ServerConfig> | undefined;
  #capabilities: Promise<Capabilities> | undefined;

  constructor(connection: Connection, options: OpenObserveOptions = {}) {
    const transport = new Transport(connection, options);
    const { organization } = connection;
    const capabilities = () => this.capabilities();
    this.url = connection.url;
    this.organization = organization;
    this.streams = new Streams(transport, organization);
    this.functions = new Functions(transport, organization);
    this.pipelines = new Pipelines(transport, organization, capabilities);
    this.alertTemplates = new AlertTemplates(transport, organization);
    this.alertDestinations = new AlertDestinations(transport, organization);
    this.alerts = new Alerts(transport, organization);
    this.folders = new Folders(transport, organization);
    this.dashboards = new Dashboards(transport, organization);
    this.serviceAccounts = new ServiceAccounts(transport, organization, capabilities);
    this.users = new Users(transport, organization);
    this.organizations = new Organizations(transport);
    this.savedViews = new SavedViews(transport, organization);
    this.pipelineDestinations = new PipelineDestinations(transport, organization, capabilities);
    this.telemetry = new Telemetry(transport, organization);
    this.enrichmentTables = new EnrichmentTables(transport, organization, this.streams, this.telemetry);
    this.#transport = transport;
    this.#warn = options.warn ?? ((message) => console.warn(message));
  }

  /** The server's `/config`, asked once. */
  async config(): Promise<ServerConfig> {
    this.#config ??= this.#transport.send({ method: "GET", path: "/config", answer: serverConfigSchema });
    return forgetIfFailed(this.#config, () => (this.#config = undefined));
  }

  /** What the server's version can do, found out once. A gateway may hide `/config`. */
  async capabilities(): Promise<Capabilities> {
    this.#capabilities ??= this.config().then(
      ({ version }) => this.#known(capabilitiesOf(version)),
      (error: unknown) => {
        if (error instanceof NotFoundError) return this.#known(capabilitiesOf("hidden"));
        throw error;
      },
    );
    return forgetIfFailed(this.#capabilities, () => (this.#capabilities = undefined));
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  #known(capabilities: Capabilities): Capabilities {
    if (capabilities.warning !== undefined) this.#warn(capabilities.warning);
    return capabilities;
  }
}

/** A failure must not be remembered: the next caller asks again. */
async function forgetIfFailed<T>(asked: Promise<T>, forget: () => void): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    forget();
    throw error;
  }
}
