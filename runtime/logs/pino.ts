import { Writable } from "node:stream";
import { type CqrsLogs } from "./logs.js";
import { parsePinoLine } from "./pino-line.js";

/**
 * A destination for pino in this process: its lines go to the application's stream through the ingest client, with the
 * scope of the request and the ids of the active span.
 *
 * @example
 * const logger = pino({ level: "info" }, pinoDestination(telemetry.logs));
 */
export function pinoDestination(logs: CqrsLogs): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string | Buffer, _encoding, done) {
      const entry = parsePinoLine(String(line));
      if (entry !== undefined) logs.logApplication(entry);
      done();
    },
  });
}
