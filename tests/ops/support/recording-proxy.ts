import { createServer, request, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo } from "node:net";

/** A server's front door that notes who asks for what. */
export interface RecordingProxy {
  readonly url: string;
  /** Method and path of every request so far, `GET /api/default/streams`. */
  readonly requests: readonly string[];
  /** Those that may have changed something. */
  writes(): string[];
  /** Cuts the connection of the next request that matches, after the server has acted on it. */
  loseAnswerOf(pattern: RegExp): void;
  close(): Promise<void>;
}

/** A search and a sign-in are posted, and change nothing. */
const reads = /^(GET |POST \/api\/[^/]+\/_search\b|POST \/auth\/login$)/;

/** @param tls PEM texts, for a door that speaks HTTPS */
export async function openProxy(
  target: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<RecordingProxy> {
  const requests: string[] = [];
  const refused = new Set<number>();
  let lost: RegExp | undefined;
  const forward: RequestListener = (incoming, answer) => {
    const line = `${incoming.method} ${incoming.url}`;
    const index = requests.push(line) - 1;
    const lose = lost?.test(line) === true;
    if (lose) lost = undefined;
    const outgoing = request(
      new URL(incoming.url ?? "/", target),
      { method: incoming.method, headers: { ...incoming.headers, host: new URL(target).host } },
      (response) => {
        if ((response.statusCode ?? 0) >= 400) refused.add(index);
        if (lose) {
          response.resume().once("end", () => incoming.socket.destroy());
          return;
        }
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    outgoing.once("error", () => answer.destroy());
    incoming.pipe(outgoing);
  };
  const proxy = tls === undefined ? createServer(forward) : createSecureServer(tls, forward);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests,
    writes: () => requests.filter((line, index) => !reads.test(line) && !refused.has(index)),
    loseAnswerOf: (pattern) => {
      lost = pattern;
    },
    close: async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
