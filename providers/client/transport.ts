import { setTimeout as sleep } from "node:timers/promises";
import { stripTrailingSlashes } from "@o2cqrs/contract";
import type { Dispatcher, FormData } from "undici";
import type { z } from "zod";
import type { Connection } from "./connection.js";
import { errorForStatus, UnavailableError, UnexpectedAnswerError } from "./errors.js";
import { bodyOf, failureIn } from "./answer.js";
import { httpClient } from "./http-client.js";
import { networkError } from "./network.js";

export interface TransportOptions {
  /** Time to connect, TLS included, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Time from the request to the first byte of the answer, in milliseconds. Default 30,000. */
  headersTimeoutMs?: number;
  /** Longest pause within an answer's body, in milliseconds. Default 30,000. */
  bodyTimeoutMs?: number;
  /** Connections that are kept to the server. Default 8. */
  connections?: number;
  /** How often a request is sent again when that is safe. Default 4. */
  retries?: number;
  /** Pause before the first retry, doubled each time and jittered, in milliseconds. Default 200. */
  firstRetryMs?: number;
  /** Instead of a pool of its own: for tests. */
  dispatcher?: Dispatcher;
}

export interface Request<T> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the server's address, its variable parts already encoded: see {@link path}. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form instead of `body`. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as a file in a multipart form instead of `body`. */
  readonly file?: { readonly name: string; readonly type: string; readonly content: string };
  /** Sending it twice is the same as once. Default: all but POST. */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal;
  /** Form of a good answer. */
  readonly answer: z.ZodType<T>;
}

/** No server is asked to wait longer than this for, whatever its `Retry-After` says. */
const longestRetryAfterMs = 30_000;
const longestRetryMs = 5_000;

/** Writes a path with its variable parts encoded. */
export function path(parts: TemplateStringsArray, ...names: string[]): string {
  return parts.reduce((whole, part, i) => whole + encodeURIComponent(names[i - 1] ?? "") + part);
}

/**
 * Sends requests to one server: pooled connections, timeouts, retries where they are safe, typed errors.
 * The credential lives in a private field and appears in no error.
 */
export class Transport {
  readonly #connect: () => Promise<Dispatcher>;
  #dispatcher: Promise<Dispatcher> | undefined;
  readonly #authorization: string;
  readonly #url: string;
  readonly #retries: number;
  readonly #firstRetryMs: number;

  constructor(connection: Connection, options: TransportOptions = {}) {
    this.#url = stripTrailingSlashes(connection.url);
    this.#authorization = authorizationOf(connection);
    this.#retries = options.retries ?? 4;
    this.#firstRetryMs = options.firstRetryMs ?? 200;
    this.#connect = async () => options.dispatcher ?? (await pool(connection, options));
  }

  /** Sends a request and gives its answer, or throws the `OpenObserveError` that says why not. */
  async send<T>(asked: Request<T>): Promise<T> {
    const { default: pRetry } = await import("p-retry");
    return pRetry(() => this.#attempt(asked), {
      retries: this.#retries,
      factor: 2,
      minTimeout: this.#firstRetryMs,
      maxTimeout: longestRetryMs,
      randomize: true,
      ...(asked.signal && { signal: asked.signal }),
      shouldRetry: async ({ error }) => {
        if (!mayRepeat(error, asked)) return false;
        const { retryAfterMs } = error;
        if (retryAfterMs !== undefined) {
          // p-retry itself throws the reason of a signal that ended the pause.
          const pause = sleep(Math.min(retryAfterMs, longestRetryAfterMs), undefined, asked);
          await pause.catch(() => undefined);
        }
        return true;
      },
    });
  }

  /** Closes the pool. */
  async close(): Promise<void> {
    await (await this.#dispatcher)?.close();
  }

  async #attempt<T>(asked: Request<T>): Promise<T> {
    const failure = { method: asked.method, path: asked.path };
    const { status, headers, text } = await this.#exchange(asked);
    const body = bodyOf(text);
    const refusal = failureIn(status, body, text);
    if (refusal !== undefined)
      throw errorForStatus(
        { ...failure, ...refusal },
        { retryAfterMs: retryAfterMs(headers["retry-after"]), address: this.#origin },
      );
    const answer = asked.answer.safeParse(body);
    if (answer.success) return answer.data;
    const problem = answer.error.issues
      .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
      .join("; ");
    throw new UnexpectedAnswerError({
      ...failure,
      status,
      serverMessage: `not the form expected: ${problem}`,
    });
  }

  async #exchange({ method, path, query, body, form, file, signal }: Request<unknown>) {
    const url = new URL(this.#url + path + queryString(query));
    const { request } = await httpClient();
    const dispatcher = await (this.#dispatcher ??= this.#connect());
    try {
      const response = await request.call(dispatcher, {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          authorization: this.#authorization,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(form !== undefined && { body: new URLSearchParams(form).toString() }),
        ...(file !== undefined && { body: await multipart(file) }),
        ...(signal && { signal }),
      });
      return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
    } catch (error) {
      throw networkError({ method, path }, this.#origin, error, signal);
    }
  }

  /** For messages: without a path, and without what an address may hold before its host. */
  get #origin(): string {
    return new URL(this.#url).origin;
  }
}

async function pool(connection: Connection, options: TransportOptions): Promise<Dispatcher> {
  const { Agent } = await httpClient();
  return new Agent({
    connections: options.connections ?? 8,
    headersTimeout: options.headersTimeoutMs ?? 30_000,
    bodyTimeout: options.bodyTimeoutMs ?? 30_000,
    connect: {
      timeout: options.connectTimeoutMs ?? 5_000,
      ...(connection.caCertificate !== undefined && { ca: connection.caCertificate }),
    },
  });
}

async function multipart({ name, type, content }: NonNullable<Request<unknown>["file"]>): Promise<FormData> {
  const { FormData } = await import("undici");
  const form = new FormData();
  form.set("file", new Blob([content], { type }), name);
  return form;
}

function authorizationOf({ credential }: Connection): string {
  if (credential.kind === "bearer") return `Bearer ${credential.token}`;
  return `Basic ${Buffer.from(`${credential.user}:${credential.password}`).toString("base64")}`;
}

/** A request may be sent again if the server did not act on it, or if acting twice is the same as once. */
function mayRepeat(error: Error, { method, repeatable }: Request<unknown>): error is UnavailableError {
  if (!(error instanceof UnavailableError)) return false;
  return error.notProcessed || (repeatable ?? method !== "POST");
}

function queryString(query: Request<unknown>["query"]): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined) given.set(key, String(value));
  return given.size === 0 ? "" : `?${given.toString()}`;
}

/** `Retry-After` is a number of seconds or a date. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  if (typeof header !== "string") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const until = Date.parse(header);
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now());
}
