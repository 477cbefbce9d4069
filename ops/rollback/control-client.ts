import {
  controlChange,
  type ControlChange,
  controlCleared,
  type ControlCleared,
  controlPaths,
  type ControlSettings,
  controlStatus,
  type ControlStatus,
  stripTrailingSlashes,
} from "@o2cqrs/contract";
import { request } from "undici";
import { type z } from "zod";
import { exitCodes, messageOf, OperatorError, usageError } from "../cli/errors.js";

/** A process of the application, through its control endpoint. */
export interface ControlledProcess {
  /** Address of the endpoint; it names the process in records. */
  readonly url: string;
  status(signal: AbortSignal): Promise<ControlStatus>;
  change(settings: Partial<ControlSettings>, signal: AbortSignal): Promise<ControlChange>;
  clear(signal: AbortSignal): Promise<ControlCleared>;
}

/** Clearing waits five seconds for delivery. */
const timeoutMs = 15_000;

/** @throws OperatorError when the address is not one of HTTP */
export function controlClient(address: string, token: string): ControlledProcess {
  const url = stripTrailingSlashes(address);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw usageError(
      `${address} is not the address of a control endpoint`,
      "Write it like http://127.0.0.1:9100.",
    );

  async function call<Schema extends z.ZodType>(
    method: "GET" | "PATCH" | "POST",
    path: string,
    schema: Schema,
    signal: AbortSignal,
    body?: object,
  ): Promise<z.output<Schema>> {
    try {
      const answer = await request(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal,
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200)
        throw new OperatorError(
          `The control endpoint ${url} answered ${answer.statusCode}: ${text.slice(0, 300)}`,
          {
            cure:
              answer.statusCode === 401
                ? "Give its token in O2CQRS_CONTROL_TOKEN."
                : "See that the application has the same version of the runtime.",
          },
        );
      return schema.parse(JSON.parse(text));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OperatorError) throw error;
      throw new OperatorError(`The control endpoint ${url} did not answer: ${messageOf(error)}`, {
        exitCode: exitCodes.unreachable,
        cure: "See that the process runs and that CQRS_CONTROL_HOST lets this machine in.",
        cause: error,
      });
    }
  }

  return {
    url,
    status: (signal) => call("GET", controlPaths.status, controlStatus, signal),
    change: (settings, signal) => call("PATCH", controlPaths.settings, controlChange, signal, settings),
    clear: (signal) => call("POST", controlPaths.clear, controlCleared, signal),
  };
}
