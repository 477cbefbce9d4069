import {
  applicationLog,
  applicationLogStream,
  type BusKind,
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
import { type z } from "zod";
import { currentScope } from "../context/scope.js";
import { newUuid } from "../context/uuid.js";
import { type ServiceIdentity } from "../env/identity.js";
import { type RecordSink } from "../ingest/client.js";
import { isoOf, nowMicros } from "./clock.js";
import { activeIds } from "./ids.js";
import { maskRecord } from "./masking.js";
import { type FilledIn, RecordText } from "./record-text.js";

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

/** Whether what the application said overrides something that is filled in. Written out, as it is asked every time. */
function namesFilledIn(log: Readonly<Partial<Record<Filled | "tenant" | "userId", unknown>>>): boolean {
  return (
    log.timestamp !== undefined ||
    log.level !== undefined ||
    log.env !== undefined ||
    log.service !== undefined ||
    log.version !== undefined ||
    log.region !== undefined ||
    log.source !== undefined ||
    log.bus !== undefined ||
    log.recordId !== undefined ||
    log.traceId !== undefined ||
    log.spanId !== undefined ||
    log.requestId !== undefined ||
    log.tenant !== undefined ||
    log.userId !== undefined
  );
}

/** Writes the three kinds of record of the contract. Never throws and never waits. */
export class CqrsLogs {
  readonly #options: CqrsLogsOptions;
  readonly #text: RecordText;

  constructor(options: CqrsLogsOptions) {
    this.#options = options;
    this.#text = new RecordText(options.identity);
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
    const { traceId, spanId } = activeIds();
    const request = currentScope()?.request;
    const filled: FilledIn = {
      micros: nowMicros(),
      level: "status" in log && log.status === "error" ? "ERROR" : "INFO",
      recordId: newUuid(),
      traceId,
      spanId,
      requestId: request?.requestId ?? traceId,
      tenant: request?.tenant,
      userId: request?.userId,
    };
    if (kind === "application" || !this.#writeText(stream, kind, filled, log))
      this.#writeRecord(stream, kind, filled, log);
  }

  /** The quick way. @returns false when the record is not fit for it */
  #writeText(stream: string, kind: BusKind, filled: FilledIn, log: Readonly<AnyInput>): boolean {
    const { sink, validate } = this.#options;
    if (sink.sendJson === undefined || validate === true || namesFilledIn(log)) return false;
    try {
      sink.sendJson(stream, this.#text.of(kind, filled, maskRecord(log)));
      return true;
    } catch {
      return false;
    }
  }

  #writeRecord(stream: string, kind: Kind, filled: FilledIn, log: Readonly<AnyInput>): void {
    const { micros, ...rest } = filled;
    const { env, service, version, region, source } = this.#options.identity;
    const record = maskRecord({
      [timeField]: micros,
      timestamp: isoOf(micros),
      env,
      service,
      version,
      region,
      source,
      bus: kind === "application" ? undefined : kind,
      ...rest,
      // Last, so that what is given goes before what is filled in.
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
