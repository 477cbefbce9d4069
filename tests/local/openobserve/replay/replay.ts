import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runScheduledPipelines } from "../../../../local/openobserve/pipeline/schedule.js";
import { type RunningServer, startServer } from "../../../../local/openobserve/start.js";
import type { ServerVersion } from "../../../../local/openobserve/versions.js";
import { upkeep } from "../../../../local/openobserve/streams/upkeep.js";
import { aliases, leftOut } from "./left-out.js";
import { IdMap } from "./ids.js";
import { type Exchange, readRecording } from "./recording.js";
import { type Difference, differences, normalise } from "./rules.js";
import {
  bodySecrets,
  exchangesWithRootCredentials,
  otherCredentials,
  redacted,
  root,
  steps,
} from "./steps.js";
import { moveTimes, SteppedClock, timelineOf } from "./timeline.js";

export interface Outcome {
  readonly exchange: Exchange;
  readonly matches: boolean;
  /** Why it is not held against the server; undefined when it is. */
  readonly leftOut: string | undefined;
  readonly differences: readonly Difference[];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/** Sends all exchanges of a recording in their order and compares the answers. */
export async function replay(folder: string, version: ServerVersion): Promise<Outcome[]> {
  const original = readRecording(folder, "0.60");
  const recorded = version === "0.60" ? original : readRecording(folder, version);
  const byKey = new Map(recorded.map((exchange) => [exchange.key, exchange]));
  const run = new Replay(version, original, recorded);
  try {
    const outcomes: Outcome[] = [];
    for (const exchange of original) {
      const expected = byKey.get(exchange.key);
      if (expected) outcomes.push(await run.next(expected));
      // What is not in the newer recording was sent all the same, unless it was binary.
      else if (!isBinary(exchange)) await run.next(exchange);
    }
    return outcomes;
  } finally {
    await run.stop();
  }
}

class Replay {
  readonly #clock: SteppedClock;
  readonly #times: ReadonlyMap<string, number>;
  /** The recording whose ids the requests have. */
  readonly #original: ReadonlyMap<string, Exchange>;
  #ids = new IdMap();
  #server: RunningServer | undefined;
  #folder = "";
  readonly #tokens = new Map<string, string>();
  /** Ids that an exchange made, by its key. */
  readonly #made = new Map<string, string>();

  constructor(
    readonly version: ServerVersion,
    original: readonly Exchange[],
    recorded: readonly Exchange[],
  ) {
    this.#times = timelineOf(recorded);
    this.#original = new Map(original.map((exchange) => [exchange.key, exchange]));
    this.#clock = new SteppedClock(Math.min(...this.#times.values()));
  }

  async next(exchange: Exchange): Promise<Outcome> {
    if (!this.#server) await this.#start({});
    await this.#prepare(exchange);
    const answer = await this.#send(exchange);
    const original = this.#original.get(exchange.key);
    this.#ids.learn(exchange.responseBody, answer.body);
    if (original && original !== exchange) this.#ids.learn(original.responseBody, answer.body);
    this.#remember(exchange, answer);
    const found = this.#compare(exchange, answer);
    return {
      exchange,
      matches: found.length === 0,
      leftOut: leftOut(this.version, exchange.key),
      differences: found,
    };
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    if (this.#folder !== "") rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(options: { readonly userDefinedSchemas?: boolean }): Promise<void> {
    await this.stop();
    this.#folder = mkdtempSync(join(tmpdir(), "replay-"));
    this.#server = await startServer({
      dataDir: this.#folder,
      version: this.version,
      clock: this.#clock,
      rootUser: root.email,
      rootPassword: root.password,
      // What goes wrong shows as a difference.
      report: () => undefined,
      // Scheduled pipelines run where a step says so, not when the machine gets round to them.
      pipelineIntervalMs: 3_600_000,
      ...options,
    });
  }

  /** Brings the server to where the recorded one was. */
  async #prepare({ key }: Exchange): Promise<void> {
    this.#clock.set(this.#times.get(key) ?? 0);
    if (this.#server) await upkeep(this.#server.context);
    for (const step of steps) {
      if (step.version !== this.version || step.before !== key) continue;
      if (step.fresh) await this.#start(step.fresh);
      if (step.waitSeconds !== undefined) this.#clock.advance(step.waitSeconds);
      if (this.#server) await upkeep(this.#server.context);
      if (this.#server && step.schedule) await runScheduledPipelines(this.#server.context);
      for (const { method, path, body } of step.send ?? []) {
        const headers = {
          authorization: basic(root.email, root.password),
          "content-type": "application/json",
        };
        await this.#exchange(method, path, headers, Buffer.from(JSON.stringify(body ?? null)));
      }
    }
    for (const { version, from, recorded, standsFor } of aliases) {
      const made = this.#made.get(standsFor);
      if (version === this.version && from === key && made !== undefined) this.#ids.replace(recorded, made);
    }
  }

  async #send(exchange: Exchange): Promise<Answer> {
    const url = this.#toActual(exchange.path + (exchange.query === "" ? "" : `?${exchange.query}`));
    const headers = await this.#headers(exchange);
    const body = exchange.requestBody && this.#body(exchange, exchange.requestBody);
    return this.#exchange(exchange.method, url, headers, body);
  }

  #body({ key, requestHeaders }: Exchange, bytes: Buffer): Buffer {
    if (isBinary({ requestHeaders })) return bytes;
    const secret = bodySecrets[this.version][key];
    const text = this.#toActual(bytes.toString("utf8"));
    return Buffer.from(secret === undefined ? text : text.replaceAll(redacted, secret));
  }

  /** Part of a request, with the ids and the times of the server under test. */
  #toActual(text: string): string {
    const translated = this.#ids.toActual(text);
    return this.version === "0.60" ? translated : moveTimes(translated);
  }

  async #headers(exchange: Exchange): Promise<Record<string, string>> {
    const { Authorization: authorization, ...rest } = exchange.requestHeaders;
    if (authorization === undefined && !exchangesWithRootCredentials.has(exchange.key)) return rest;
    if (authorization === undefined || authorization === "Basic <redacted>")
      return { ...rest, authorization: basic(root.email, root.password) };
    return { ...rest, authorization: await this.#otherCredentials(exchange.key) };
  }

  async #otherCredentials(key: string): Promise<string> {
    const other = otherCredentials[key];
    if (!other) throw new Error(`whose credentials does ${key} use?`);
    if ("header" in other) return other.header;
    if ("token" in other) return basic(other.token, this.#tokens.get(other.token) ?? "no token seen");
    const secrets = {
      wrong: "wrong",
      "old password": redacted,
      "new password": bodySecrets[this.version]["user.put_password"] ?? redacted,
      "ingest token": other.secret === "ingest token" ? await this.#ingestToken() : "",
    };
    return basic(other.email, secrets[other.secret]);
  }

  async #ingestToken(): Promise<string> {
    const headers = { authorization: basic(root.email, root.password) };
    const { body } = await this.#exchange("GET", "/api/default/passcode", headers, undefined);
    return (body as { data: { passcode: string } }).data.passcode;
  }

  #remember({ key }: Exchange, { body }: Answer): void {
    if (typeof body !== "object" || body === null) return;
    const { token, user, id, hash, v8 } = body as {
      token?: string;
      user?: string;
      id?: string;
      hash?: string;
      v8?: { dashboardId: string } | null;
    };
    if (typeof token === "string" && typeof user === "string") this.#tokens.set(user, token);
    const made = id ?? v8?.dashboardId;
    if (typeof made === "string") this.#made.set(key, made);
    if (typeof hash === "string") this.#made.set(`${key} hash`, hash);
  }

  #compare(exchange: Exchange, answer: Answer): Difference[] {
    const recorded = this.#ids.valueToActual(exchange.responseBody);
    const scope = { path: exchange.path, version: this.version };
    const status: Difference[] =
      exchange.status === answer.status
        ? []
        : [{ at: "status", recorded: exchange.status, actual: answer.status }];
    const compared = ["content-type", "allow", "www-authenticate"].filter(
      (name) => exchange.responseHeaders[name] !== undefined,
    );
    const headers = compared.flatMap((name) =>
      differences(exchange.responseHeaders[name], answer.headers[name], `header ${name}`),
    );
    const body =
      exchange.status === 0 ? [] : differences(normalise(recorded, scope), normalise(answer.body, scope));
    return [...status, ...headers, ...body];
  }

  #exchange(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer | undefined,
  ): Promise<Answer> {
    const port = this.#server?.port;
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          host: "127.0.0.1",
          port,
          method,
          path: url,
          headers: { ...headers, connection: "close", "content-length": String(body?.length ?? 0) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const type = response.headers["content-type"] ?? "";
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers as Record<string, string | undefined>,
              body: readBody(Buffer.concat(chunks), type),
            });
          });
          response.on("error", reject);
        },
      );
      sent.on("error", (error: Error & { code?: string }) => {
        if (error.code === "ECONNRESET") resolve({ status: 0, headers: {}, body: "" });
        else reject(error);
      });
      sent.end(body);
    });
  }
}

const isBinary = ({ requestHeaders }: Pick<Exchange, "requestHeaders">): boolean =>
  requestHeaders["Content-Encoding"] !== undefined ||
  (requestHeaders["Content-Type"] ?? "").includes("protobuf");

function readBody(bytes: Buffer, contentType: string): unknown {
  const text = bytes.toString("utf8");
  if (!contentType.startsWith("application/json")) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const basic = (email: string, secret: string): string =>
  `Basic ${Buffer.from(`${email}:${secret}`).toString("base64")}`;
