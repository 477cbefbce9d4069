import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { isAuthorized } from "openobserve-cqrs/runtime/control";
import { messageOf, usageError } from "../../cli/errors.js";
import { type RollbackTrigger } from "../record.js";
import { alertMessage, reactionTo } from "./alert-message.js";

export interface AlertListenerOptions {
  /** What senders show as `Authorization: Bearer …`; at least 16 characters. */
  readonly token: string;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default any free one. */
  readonly port?: number | undefined;
  /** Alerts of other environments are ignored. */
  readonly environment: string;
  /** Starts a rollback; not called again until it has ended. Must not reject. */
  onTrigger(trigger: RollbackTrigger): Promise<void>;
}

export interface AlertListener {
  readonly url: string;
  close(): Promise<void>;
}

const maxBodyBytes = 64 * 1024;
const minTokenLength = 16;

/** Path that alert webhooks post to. */
export const alertPath = "/alerts";

/**
 * Listens for alert webhooks, and starts a rollback for those that say so.
 * @throws OperatorError when the token is too short
 */
export async function listenForAlerts(options: AlertListenerOptions): Promise<AlertListener> {
  if (options.token.length < minTokenLength)
    throw usageError(
      `The webhook's token has fewer than ${minTokenLength} characters`,
      "Make one with: openssl rand -hex 32.",
    );
  let rollingBack = false;
  const start = (trigger: RollbackTrigger): boolean => {
    if (rollingBack) return false;
    rollingBack = true;
    void options.onTrigger(trigger).finally(() => (rollingBack = false));
    return true;
  };
  const server = createServer({ requestTimeout: 5000 }, (request, response) => {
    answer(request, options, start).then(
      (reply) => send(response, reply),
      () => response.destroy(),
    );
  });
  const host = options.host ?? "127.0.0.1";
  server.listen(options.port ?? 0, host);
  await once(server, "listening").catch((error: unknown) => {
    throw usageError(
      `Alerts cannot be listened for on ${host}, port ${options.port ?? "any"}: ${messageOf(error)}`,
      "Name another port with --listen, or an address of this machine with --host.",
    );
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

async function answer(
  request: IncomingMessage,
  { token, environment }: AlertListenerOptions,
  start: (trigger: RollbackTrigger) => boolean,
): Promise<Reply> {
  if (!isAuthorized(request.headers.authorization, token))
    return { status: 401, body: { error: "the token is missing or wrong" } };
  if (request.method !== "POST" || request.url !== alertPath)
    return { status: 404, body: { error: `post alerts to ${alertPath}` } };
  const text = await readBody(request);
  if (text === undefined) return { status: 413, body: { error: `more than ${maxBodyBytes} bytes` } };
  const message = alertMessage.safeParse(parseJson(text));
  if (!message.success)
    return { status: 400, body: { error: "not a message of the platform's webhook template" } };
  const reaction = reactionTo(message.data, environment);
  if (reaction.kind === "ignore") return { status: 200, body: { ignored: reaction.reason } };
  return start(reaction.trigger)
    ? { status: 202, body: { rollback: "started" } }
    : { status: 200, body: { ignored: "a rollback is under way" } };
}

/** The body, or undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response
    .writeHead(status, {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...(status === 413 && { connection: "close" }),
    })
    .end(JSON.stringify(body));
}
