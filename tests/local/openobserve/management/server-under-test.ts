import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  type RunningServer,
  type ServerOptions,
  type ServerVersion,
  startServer,
} from "../../../../local/openobserve/index.js";
import { MemoryDataStore } from "./memory-data-store.js";

export const root = { email: "root@example.com", password: "Root-password-1" } as const;

export interface Answer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed when it is JSON. Tests read what they expect of it. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer may be anything; tests say what it is
  readonly body: any;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the root user's; null: none. */
  readonly authorization?: string | null;
}

export const basic = (email: string, secret: string): string =>
  `Basic ${Buffer.from(`${email}:${secret}`).toString("base64")}`;

/** A server on a data directory of its own, and a client that is its root user. */
export class ServerUnderTest {
  #server: RunningServer | undefined;

  private constructor(
    private readonly folder: string,
    private readonly options: Partial<ServerOptions>,
  ) {}

  static async start(
    version: ServerVersion = "0.90",
    options: Partial<ServerOptions> = {},
  ): Promise<ServerUnderTest> {
    const made = new ServerUnderTest(mkdtempSync(join(tmpdir(), "openobserve-")), { version, ...options });
    await made.#open();
    return made;
  }

  /** Without rows, which starts at once. */
  static startWithoutRows(
    version: ServerVersion,
    options: Partial<ServerOptions> = {},
  ): Promise<ServerUnderTest> {
    return ServerUnderTest.start(version, { ...options, data: new MemoryDataStore() });
  }

  get server(): RunningServer {
    if (!this.#server) throw new Error("the server is not running");
    return this.#server;
  }

  async #open(): Promise<void> {
    this.#server = await startServer({
      dataDir: this.folder,
      rootUser: root.email,
      rootPassword: root.password,
      ...this.options,
    });
  }

  /** Ends the server and starts it again on the same data. */
  async restart(): Promise<void> {
    await this.server.close();
    await this.#open();
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send("GET", path, undefined, sent);
  }

  post(path: string, body?: unknown, sent: Sent = {}): Promise<Answer> {
    return this.send("POST", path, body, sent);
  }

  put(path: string, body?: unknown, sent: Sent = {}): Promise<Answer> {
    return this.send("PUT", path, body, sent);
  }

  patch(path: string, body?: unknown, sent: Sent = {}): Promise<Answer> {
    return this.send("PATCH", path, body, sent);
  }

  delete(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send("DELETE", path, undefined, sent);
  }

  /** A text or a buffer is sent as it is, anything else as JSON. */
  send(method: string, path: string, body: unknown, { headers, authorization }: Sent): Promise<Answer> {
    const bytes = toBytes(body);
    const credentials = authorization === undefined ? basic(root.email, root.password) : authorization;
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        `${this.server.url}${path}`,
        {
          method,
          headers: {
            connection: "close",
            ...(credentials !== null && { authorization: credentials }),
            ...(bytes && { "content-type": "application/json", "content-length": String(bytes.length) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const json = response.headers["content-type"]?.startsWith("application/json");
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers as Record<string, string | undefined>,
              body: json ? JSON.parse(text) : text,
            });
          });
        },
      );
      request.on("error", (error: Error & { code?: string }) => {
        if (error.code === "ECONNRESET") resolve({ status: 0, headers: {}, body: "" });
        else reject(error);
      });
      request.end(bytes);
    });
  }

  /** Waits until an answer is as wanted. */
  async until(read: () => Promise<Answer>, wanted: (answer: Answer) => boolean): Promise<Answer> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const answer = await read();
      if (wanted(answer)) return answer;
      if (Date.now() > deadline) throw new Error(`still ${answer.status} ${JSON.stringify(answer.body)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function toBytes(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
