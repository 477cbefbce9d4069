/**
 * A server that takes whatever it is sent, in a process of its own so that its work is not counted as the client's.
 * It parses JSON, as any server must, and answers as OpenObserve does. `GET /count` tells how many records came.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

function recordsIn(path: string, body: Buffer): number {
  if (path.endsWith("_json")) return (JSON.parse(body.toString()) as unknown[]).length;
  if (path.endsWith("_multi"))
    return body
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown).length;
  return 0;
}

function serve(): void {
  let count = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path === "/count") return void response.end(String(count));
    void bodyOf(request).then((body) => {
      const records = recordsIn(path, body);
      count += records;
      const json = path.includes("_");
      response.writeHead(200, { "content-type": json ? "application/json" : "application/x-protobuf" });
      response.end(
        json ? JSON.stringify({ code: 200, status: [{ name: "s", successful: records, failed: 0 }] }) : "",
      );
    });
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

export interface Sink {
  readonly url: string;
  /** Records received so far. */
  count(): Promise<number>;
  stop(): void;
}

/** Starts the sink in a process of its own. */
export async function startSink(): Promise<Sink> {
  const child = fork(__filename);
  const [port] = (await once(child, "message")) as [number];
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    count: async () => Number(await (await fetch(`${url}/count`)).text()),
    stop: () => child.kill(),
  };
}

if (require.main === module) serve();
