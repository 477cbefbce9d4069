import {
  applicationLog,
  applicationLogStream,
  commandLog,
  type CQRSApplicationLog,
  type CQRSCommandLog,
  type CQRSEventLog,
  type CQRSOpenObserveConfig,
  type CQRSQueryLog,
  eventLog,
  eventTimeField,
  queryLog,
} from "@o2cqrs/contract";
import { randomUUID } from "node:crypto";
import { type z } from "zod";
import { currentScope } from "../context/scope.js";
import { type ServiceIdentity } from "../env/identity.js";
import { type RecordSink } from "../ingest/client.js";
import { nowMicros } from "./clock.js";
import { activeIds } from "./ids.js";
import { maskRecord } from "./masking.js";

/** The fields that are filled in: from the clock, the configuration, the request's scope and the active span. */
type Filled =
  | "timestamp"
  | "level"
  | "env"
  | "service"
  | "version"
  | "region"
  | "source"
  | "bus"
  | "recordId"
  | "traceId"
  | "spanId"
  | "requestId";

type Input<Log extends Record<Filled, unknown>> = Omit<Log, Filled> & Partial<Pick<Log, Filled>>;

/** What the application says of a command; the rest is filled in, and may be given to override that. */
export type CommandLogInput = Input<CQRSCommandLog>;
export type QueryLogInput = Input<CQRSQueryLog>;
export type EventLogInput = Input<CQRSEventLog>;

export interface CqrsLogsOptions {
  readonly sink: RecordSink;
  readonly streams: CQRSOpenObserveConfig["streams"];
  readonly identity: ServiceIdentity;
  /** Where the application's own log goes; default `cqrs-app`. */
  readonly applicationStream?: string;
  /**
   * Checks every record against the contract's schema and reports those that break it. For development and tests:
   * it costs several times what logging does. Default false; the types say the same at compile time.
   */
  readonly validate?: boolean;
  /** Told of a record that breaks the contract; it is sent all the same. Default: a process warning. */
  readonly onInvalid?: (problem: string) => void;
}

/** A line of the application's own log; the rest is filled in. */
export type ApplicationLogInput = Omit<CQRSApplicationLog, Exclude<Filled, "level">> &
  Partial<Pick<CQRSApplicationLog, Exclude<Filled, "level" | "bus">>>;

/** Kept here, because reading it through the contract's module costs a call for every record. */
const timeField = eventTimeField;

type Kind = "command" | "query" | "event" | "application";
type AnyInput = CommandLogInput | QueryLogInput | EventLogInput | ApplicationLogInput;

const schemas: Readonly<Record<Kind, z.ZodType>> = {
  command: commandLog,
  query: queryLog,
  event: eventLog,
  application: applicationLog,
};

/** Writes the three kinds of record of the contract. Never throws and never waits. */
export class CqrsLogs {
  readonly #options: CqrsLogsOptions;

  constructor(options: CqrsLogsOptions) {
    this.#options = options;
  }

  logCommand(log: CommandLogInput): void {
    this.#write(this.#options.streams.commands, "command", log);
  }

  logQuery(log: QueryLogInput): void {
    this.#write(this.#options.streams.queries, "query", log);
  }

  logEvent(log: EventLogInput): void {
    this.#write(this.#options.streams.events, "event", log);
  }

  /** Writes a line that belongs to no bus. */
  logApplication(log: ApplicationLogInput): void {
    this.#write(this.#options.applicationStream ?? applicationLogStream, "application", log);
  }

  #write(stream: string, kind: Kind, log: Readonly<AnyInput>): void {
    const micros = nowMicros();
    const { traceId, spanId } = activeIds();
    const { env, service, version, region, source } = this.#options.identity;
    const request = currentScope()?.request;
    const record = maskRecord({
      [timeField]: micros,
      timestamp: new Date(micros / 1000).toISOString(),
      level: "status" in log && log.status === "error" ? "ERROR" : "INFO",
      env,
      service,
      version,
      region,
      source,
      bus: kind === "application" ? undefined : kind,
      recordId: randomUUID(),
      traceId,
      spanId,
      requestId: request?.requestId ?? traceId,
      tenant: request?.tenant,
      userId: request?.userId,
      // Last, so that what is given goes before what is filled in; and a spread further up is slow in V8.
      ...log,
    });
    if (this.#options.validate === true) this.#check(kind, record);
    this.#options.sink.send(stream, record);
  }

  #check(kind: Kind, { [timeField]: _time, ...fields }: Record<string, unknown>): void {
    // What is undefined is not sent.
    const record = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    const result = schemas[kind].safeParse(record);
    if (result.success) return;
    const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || kind}: ${message}`);
    const report = this.#options.onInvalid ?? ((problem: string) => process.emitWarning(problem));
    report(`A record of the kind ${kind} breaks the contract: ${problems.join("; ")}`);
  }
}
