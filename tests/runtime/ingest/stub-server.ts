import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

export interface StubRequest {
  readonly stream: string;
  readonly path: string;
  readonly authorization: string;
  readonly encoding: string | undefined;
  readonly records: readonly Record<string, unknown>[];
}

type Respond = (request: StubRequest, response: ServerResponse) => void;

/** Answers as the server does when it stored every record. */
export const accept: Respond = ({ records, stream }, response) =>
  json(response, 200, { code: 200, status: [{ name: stream, successful: records.length, failed: 0 }] });

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A server that keeps what it is sent, and answers as told. */
export class StubServer {
  readonly requests: StubRequest[] = [];
  /** Content types of what came by OTLP, which is not read. */
  readonly otlpTypes: (string | undefined)[] = [];
  respond: Respond = accept;
  /** Tells of each request, when it was responded to. */
  readonly arrivals = new EventEmitter<{ request: [StubRequest] }>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port = 0): Promise<StubServer> {
    const server = createServer((request, response) => void stub.#handle(request, response));
    const stub = new StubServer(server);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return stub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The records that were accepted, in the order of their requests. */
  records(stream?: string): Record<string, unknown>[] {
    const wanted = this.requests.filter((request) => stream === undefined || request.stream === stream);
    return wanted.flatMap((request) => request.records);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return; // The client went away.
    }
    const bytes = Buffer.concat(chunks);
    const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
    const path = request.url ?? "";
    if (!path.endsWith("/_json")) {
      this.otlpTypes.push(request.headers["content-type"]);
      return void response.end();
    }
    const received: StubRequest = {
      stream: decodeURIComponent(path.split("/")[3] ?? ""),
      path,
      authorization: request.headers.authorization ?? "",
      encoding: request.headers["content-encoding"],
      records: JSON.parse(text.toString("utf8")),
    };
    this.requests.push(received);
    this.respond(received, response);
    this.arrivals.emit("request", received);
  }
}
