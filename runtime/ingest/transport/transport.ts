import { ingestEndpoint } from "@o2cqrs/contract";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { Pool } from "undici";
import { orAborted } from "../../context/abort.js";
import { authorization, type CredentialsSource } from "../../env/credentials.js";
import { type Answer, type HttpAnswer, readAnswer } from "./answer.js";

const compress = promisify(gzip);
const compression = { level: constants.Z_BEST_SPEED };
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

export interface TransportOptions {
  readonly baseUrl: string;
  readonly org: string;
  readonly credentials: CredentialsSource;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly gzip: boolean | "auto";
  /** Told how far the server's clock is ahead of ours, in milliseconds, with every answer that says its time. */
  readonly onServerTime: (aheadMs: number) => void;
}

/** The server did not answer in time; what it did with the records is unknown. */
export class AnswerTimeoutError extends Error {
  override readonly name = "AnswerTimeoutError";

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** Posts ready-made bodies and says what the answers mean. Knows nothing of batches, retries or buffers. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #gzip: boolean;
  #authorization: string | undefined;

  constructor(options: TransportOptions) {
    const { origin, hostname } = new URL(options.baseUrl);
    this.#options = options;
    this.#origin = origin;
    this.#gzip = options.gzip === "auto" ? !loopback.has(hostname) : options.gzip;
    this.#pool = new Pool(origin, {
      connections: options.concurrency,
      connectTimeout: options.timeoutMs,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      keepAliveTimeout: 30_000,
    });
  }

  /**
   * Sends records once; a refused credential is read again and tried again, a move on the same server followed.
   * @throws AnswerTimeoutError, or the network's error, if no whole answer came
   */
  async post(stream: string, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const { pathname, search } = new URL(ingestEndpoint(this.#options.baseUrl, this.#options.org, stream));
    const packed = this.#gzip ? await compress(body, compression) : body;
    let path = pathname + search;
    let answer = await this.#request(path, packed, signal);
    const moved = answer.kind === "moved" ? this.#samePlace(answer, path) : undefined;
    if (moved !== undefined) {
      path = moved;
      answer = await this.#request(path, packed, signal);
    }
    if (answer.kind !== "unauthorized") return answer;
    this.#authorization = undefined;
    return this.#request(path, packed, signal);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #request(path: string, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const headers: Record<string, string> = {
      authorization: this.#authorization ?? (await this.#authorize(signal)),
      "content-type": "application/json",
    };
    if (this.#gzip) headers["content-encoding"] = "gzip";
    const { timeoutMs } = this.#options;
    const late = () => new AnswerTimeoutError(timeoutMs);
    const answer = await within(timeoutMs, signal, late, async (deadline) => {
      const response = await this.#pool.request({ method: "POST", path, headers, body, signal: deadline });
      const { statusCode: status } = response;
      return { status, headers: response.headers, body: await response.body.text() };
    });
    const now = Date.now();
    this.#compareClocks(answer, now);
    return readAnswer(answer, now);
  }

  /** A source that never answers is a failure like any other, or all requests would wait for it for ever. */
  async #authorize(signal: AbortSignal): Promise<string> {
    const { timeoutMs, credentials } = this.#options;
    const late = () => new Error(`no credentials within ${timeoutMs} ms`);
    const given = await within(timeoutMs, signal, late, (deadline) =>
      orAborted(Promise.resolve(credentials()), deadline),
    );
    return (this.#authorization = authorization(given));
  }

  /** The new path of a move that stays on this server and keeps the method: credentials go nowhere else. */
  #samePlace({ location, keepsMethod }: Answer & { kind: "moved" }, path: string): string | undefined {
    if (!keepsMethod || !URL.canParse(location, this.#origin + path)) return undefined;
    const target = new URL(location, this.#origin + path);
    return target.origin === this.#origin ? target.pathname + target.search : undefined;
  }

  #compareClocks({ headers }: HttpAnswer, now: number): void {
    const date = typeof headers.date === "string" ? Date.parse(headers.date) : Number.NaN;
    if (Number.isFinite(date)) this.#options.onServerTime(date - now);
  }
}

/** Does work that is aborted after a time or by a signal, and leaves nothing behind on the signal. */
async function within<Result>(
  timeoutMs: number,
  signal: AbortSignal,
  late: () => Error,
  work: (deadline: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(late()), timeoutMs);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
