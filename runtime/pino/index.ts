/**
 * A pino transport: a module that pino loads in a worker thread, with an ingest client of its own.
 *
 *     pino({ transport: { target: "openobserve-cqrs/runtime/pino", options: { ingest: { directory } } } })
 *
 * It is configured by the environment. In the worker there is neither scope nor span: lines carry the `trace_id`,
 * `span_id` and `request_id` that a mixin gave them, see `pinoMixin`. Where a worker is not needed, `pinoDestination`
 * of `openobserve-cqrs/runtime/logs` does the same in the process itself.
 */
import { trace } from "@opentelemetry/api";
import { Writable } from "node:stream";
import { currentScope } from "../context/scope.js";
import { configFromEnv } from "../env/config.js";
import { identityFromEnv } from "../env/identity.js";
import { IngestClient, ingestOptionsOf } from "../ingest/client.js";
import { type IngestTuning } from "../ingest/options.js";
import { CqrsLogs } from "../logs/logs.js";
import { parsePinoLine } from "../logs/pino-line.js";

/** Pino passes facts of its own beside these. */
export interface PinoTransportOptions {
  /** Default `cqrs-app`. */
  readonly stream?: string;
  /** The ingest client's buffer and limits. */
  readonly ingest?: IngestTuning;
  /** Milliseconds that closing may take. Default 5000. */
  readonly deadlineMs?: number;
}

/** What ties a line to its trace and request across the thread; give it to pino as `mixin`. */
export function pinoMixin(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  const request = currentScope()?.request;
  return {
    ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
    ...(request === undefined ? {} : { request_id: request.requestId }),
  };
}

/** Called by pino in the worker. @throws EnvironmentError if the environment is not configured */
export default function pinoTransport(options: PinoTransportOptions = {}): Writable {
  const { stream, deadlineMs = 5000, ingest } = options;
  const config = configFromEnv();
  const client = new IngestClient(ingestOptionsOf(config, ingest));
  const logs = new CqrsLogs({
    sink: config.enable ? client : { send: () => true },
    streams: config.streams,
    identity: identityFromEnv(),
    ...(stream === undefined ? {} : { applicationStream: stream }),
  });
  return lineStream(
    (line) => logPinoLine(logs, line),
    () => client.close({ deadlineMs }),
  );
}

function logPinoLine(logs: CqrsLogs, line: string): void {
  const entry = parsePinoLine(line);
  if (entry === undefined) return;
  const { trace_id: traceId, span_id: spanId, request_id: requestId, ...attributes } = entry.attributes ?? {};
  logs.logApplication({
    ...entry,
    attributes,
    ...(typeof traceId === "string" ? { traceId } : {}),
    ...(typeof spanId === "string" ? { spanId } : {}),
    ...(typeof requestId === "string" ? { requestId } : {}),
  });
}

/** Pino writes to the worker in chunks that may end within a line. */
function lineStream(onLine: (line: string) => void, close: () => Promise<unknown>): Writable {
  let rest = "";
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
      done();
    },
    final(done) {
      close().then(
        () => done(),
        (error: unknown) => done(error as Error),
      );
    },
  });
}
