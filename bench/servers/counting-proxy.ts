import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { type AddressInfo } from "node:net";

export interface CountingProxy {
  readonly url: string;
  /** How many requests came since the last time. */
  reset(): number;
  close(): void;
}

/** Stands before a server and counts; it passes bytes on as they come, so it costs next to nothing. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  let count = 0;
  const server = createServer((incoming, answer) => {
    count += 1;
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers, agent }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reset: () => {
      const seen = count;
      count = 0;
      return seen;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
