import { controlPaths, controlSettings } from "@o2cqrs/contract";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { isAuthorized } from "./authorization.js";
import { checkedToken } from "./options.js";
import { clear, type ControlledParts, statusOf } from "./parts.js";

export interface ControlServerOptions extends ControlledParts {
  /** What callers show as `Authorization: Bearer …`; at least 16 characters. */
  readonly token: string;
  /** Address that is listened at. Default `127.0.0.1`: only processes of this machine. */
  readonly host?: string;
  /** Default any free one. */
  readonly port?: number;
}

export interface ControlServer {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  close(): Promise<void>;
}

const maxBodyBytes = 64 * 1024;

/** Milliseconds that a request may take to arrive. */
const requestTimeoutMs = 5000;

/**
 * Starts the endpoint through which an operator calms a process without a restart: lower sampling and batch size,
 * pause noisy streams, clear background refreshes and queues. Settings last until the process ends.
 *
 * @example
 * const settings = controlOptionsFromEnv();
 * const control = settings && (await startControlServer({ ...settings, telemetry, caches: { queries: cache } }));
 * @throws ControlSettingsError when the token is too short; the system's error when the port is taken
 */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const token = checkedToken(options.token);
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    answer(request, token, options).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, error instanceof Refusal ? error.reply : failure(error)),
    );
  });
  server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  // The process's own work decides how long it lives.
  server.unref();
  return { url: urlOf(server), close: () => close(server) };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** A request that is not served, and what its sender is told. */
class Refusal extends Error {
  constructor(readonly reply: Reply) {
    super(`refused with ${reply.status}`);
  }
}

const refuse = (status: number, error: string): Refusal => new Refusal({ status, body: { error } });

/** What went wrong inside is told; it holds no credential. */
const failure = (error: unknown): Reply => ({
  status: 500,
  body: { error: error instanceof Error ? error.message : String(error) },
});

async function answer(request: IncomingMessage, token: string, parts: ControlledParts): Promise<Reply> {
  // Before anything else, so that a stranger learns nothing, not even which paths there are.
  if (!isAuthorized(request.headers.authorization, token)) throw refuse(401, "the token is missing or wrong");
  switch (`${request.method} ${request.url}`) {
    case `GET ${controlPaths.status}`:
      return { status: 200, body: statusOf(parts) };
    case `PATCH ${controlPaths.settings}`: {
      const changes = await settingsIn(request);
      const before = parts.telemetry.settings;
      parts.telemetry.adjust(changes);
      return { status: 200, body: { before, after: parts.telemetry.settings } };
    }
    case `POST ${controlPaths.clear}`:
      return { status: 200, body: await clear(parts) };
    default:
      throw refuse(404, "there is no such control");
  }
}

async function settingsIn(request: IncomingMessage) {
  const parsed = controlSettings.partial().safeParse(parseJson(await readBody(request)));
  if (!parsed.success)
    throw refuse(
      400,
      parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    );
  const { samplingRate, batchSize, pausedStreams } = parsed.data;
  return {
    ...(samplingRate !== undefined && { samplingRate }),
    ...(batchSize !== undefined && { batchSize }),
    ...(pausedStreams !== undefined && { pausedStreams }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(400, "the body is not JSON");
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw refuse(413, `more than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...(status === 401 && { "www-authenticate": "Bearer" }),
      ...(status === 413 && { connection: "close" }),
    })
    .end(text);
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
