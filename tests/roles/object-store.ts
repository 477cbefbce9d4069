import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A store that speaks as much of S3 as OpenObserve asks for, in memory: put, get with ranges, head, delete, list,
 * uploads in parts. It takes any signature.
 */
export class ObjectStore {
  readonly #objects = new Map<string, Buffer>();
  readonly #uploads = new Map<string, Map<number, Buffer>>();
  readonly #server: Server;
  /** How often a record file was fetched, whole or in part. */
  reads = 0;
  /** While it is, every request is refused. */
  isAway = false;
  /** How many writes were refused. */
  refusedWrites = 0;

  private constructor(readonly bucket: string) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  static async start(bucket: string): Promise<ObjectStore> {
    const store = new ObjectStore(bucket);
    store.#server.listen(0, "127.0.0.1");
    await once(store.#server, "listening");
    return store;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Names of the objects. */
  get keys(): string[] {
    return [...this.#objects.keys()];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://store");
    const [bucket, ...rest] = decodeURIComponent(url.pathname).slice(1).split("/");
    const key = rest.join("/");
    const body = await bodyOf(request);
    const query = url.searchParams;
    if (this.isAway) {
      if (request.method === "PUT") this.refusedWrites++;
      fail(response, 503, "ServiceUnavailable");
    } else if (bucket !== this.bucket) fail(response, 404, "NoSuchBucket");
    else if (request.method === "PUT") this.#put(key, query, body, response);
    else if (request.method === "POST") this.#post(key, query, body, response);
    else if (request.method === "DELETE") this.#delete(key, query, response);
    else if (key === "") response.end(this.#list(query));
    else this.#get(key, request, response);
  }

  #delete(key: string, query: URLSearchParams, response: ServerResponse): void {
    const upload = query.get("uploadId");
    if (upload === null) this.#objects.delete(key);
    else this.#uploads.delete(upload);
    response.writeHead(204).end();
  }

  #put(key: string, query: URLSearchParams, body: Buffer, response: ServerResponse): void {
    const upload = query.get("uploadId");
    if (upload === null) this.#objects.set(key, body);
    else this.#uploads.get(upload)?.set(Number(query.get("partNumber")), body);
    response.setHeader("etag", etag(body)).end();
  }

  #post(key: string, query: URLSearchParams, body: Buffer, response: ServerResponse): void {
    if (query.has("uploads")) {
      const id = randomUUID();
      this.#uploads.set(id, new Map());
      response.end(
        xml(
          "InitiateMultipartUploadResult",
          tag("Bucket", this.bucket),
          tag("Key", key),
          tag("UploadId", id),
        ),
      );
      return;
    }
    if (query.has("delete")) {
      const keys = [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, each]) => each!);
      for (const each of keys) this.#objects.delete(each);
      response.end(xml("DeleteResult", ...keys.map((each) => `<Deleted>${tag("Key", each)}</Deleted>`)));
      return;
    }
    const parts = [...(this.#uploads.get(query.get("uploadId") ?? "") ?? [])].sort(([a], [b]) => a - b);
    const whole = Buffer.concat(parts.map(([, part]) => part));
    this.#objects.set(key, whole);
    response.end(xml("CompleteMultipartUploadResult", tag("Key", key), tag("ETag", etag(whole))));
  }

  #get(key: string, request: IncomingMessage, response: ServerResponse): void {
    const object = this.#objects.get(key);
    if (object === undefined) {
      fail(response, 404, "NoSuchKey");
      return;
    }
    if (key.endsWith(".parquet") && request.method === "GET") this.reads++;
    response.setHeader("etag", etag(object)).setHeader("last-modified", new Date().toUTCString());
    response.setHeader("accept-ranges", "bytes");
    const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const ranged = from !== "" || to !== "";
    const start = from === "" ? (ranged ? object.length - Number(to) : 0) : Number(from);
    const end = from === "" || to === "" ? object.length : Math.min(Number(to) + 1, object.length);
    const part = object.subarray(Math.max(start, 0), end);
    if (ranged) response.setHeader("content-range", `bytes ${start}-${end - 1}/${object.length}`);
    response.writeHead(ranged ? 206 : 200, { "content-length": part.length });
    response.end(request.method === "HEAD" ? undefined : part);
  }

  #list(query: URLSearchParams): string {
    const prefix = query.get("prefix") ?? "";
    const found = [...this.#objects]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const contents = found.map(
      ([key, body]) =>
        `<Contents>${tag("Key", key)}${tag("Size", String(body.length))}${tag("ETag", etag(body))}` +
        `${tag("LastModified", new Date().toISOString())}</Contents>`,
    );
    return xml("ListBucketResult", tag("Name", this.bucket), tag("IsTruncated", "false"), ...contents);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const etag = (body: Buffer) => `"${createHash("md5").update(body).digest("hex")}"`;
const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const tag = (name: string, text: string) => `<${name}>${escape(text)}</${name}>`;
const xml = (name: string, ...content: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><${name}>${content.join("")}</${name}>`;
const fail = (response: ServerResponse, status: number, code: string) =>
  response.writeHead(status, { "content-type": "application/xml" }).end(xml("Error", tag("Code", code)));
