import type { Clock } from "./clock.js";
import type { DataStore, StreamKey } from "./data/store.js";
import type { Ids } from "./store/ids.js";
import type { Metadata } from "./store/metadata.js";
import type { AlertRecord } from "./store/records.js";
import type { StreamRegistry } from "./streams/registry.js";
import type { VersionBehaviour } from "./versions.js";

/** What is known of the server's options once the defaults are filled in. */
export interface Options {
  /** Lower case, as the server keeps all e-mail addresses. */
  readonly rootUser: string;
  readonly rootPassword: string;
  /** Stands for `ZO_ROOT_USER_TOKEN`: taken when the root user is made, and not later. */
  readonly rootToken?: string;
  readonly dataDir: string;
  /** Largest request body after unpacking. */
  readonly bodyLimitBytes: number;
  /** How long a deleted stream keeps its name. */
  readonly streamDeletionSeconds: number;
  /** The age from which a stream shows how much it holds. */
  readonly statsDelaySeconds: number;
  /** Stands for `ZO_ALLOW_USER_DEFINED_SCHEMAS`. */
  readonly userDefinedSchemas: boolean;
  /** Stands for `ZO_SSRF_ALLOW_LOOPBACK`. */
  readonly allowLoopbackDestinations: boolean;
  /** How often due alerts are looked for. */
  readonly alertIntervalMs: number;
  /** How often due scheduled pipelines are looked for. */
  readonly pipelineIntervalMs: number;
}

/** What a part of the server does when another part has changed something. */
export interface Events {
  alertChanged: { readonly organization: string; readonly id: string };
  pipelinesChanged: { readonly organization: string };
  functionChanged: { readonly organization: string; readonly name: string };
  streamSettingsChanged: StreamKey;
  streamDropped: StreamKey;
}

export interface EventBus {
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): void;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** What one part of the server lets another do. Set when the server starts. */
export interface Hooks {
  /** Sends at once what the alert would send, with no rows. Answers why it could not. */
  notifier?: (alert: AlertRecord) => Promise<string | undefined>;
}

/** What every handler and background job works with. */
export interface ServerContext {
  /** Identifies this running server. */
  readonly instance: string;
  readonly version: VersionBehaviour;
  readonly options: Options;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly metadata: Metadata;
  readonly data: DataStore;
  readonly streams: StreamRegistry;
  readonly events: EventBus;
  readonly hooks: Hooks;
  /** Tells the operator of a failure that no client can be told of. */
  readonly report: (where: string, error: unknown) => void;
}
