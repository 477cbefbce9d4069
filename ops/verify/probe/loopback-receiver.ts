import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { eventually } from "@o2cqrs/providers/client";

/** Takes what is sent to a loopback address that nobody listens on, as in a local stack. */
export class LoopbackReceiver {
  readonly address: string;
  /** What was sent, in the order of arrival. */
  readonly bodies: string[] = [];
  readonly #server: Server;

  private constructor(address: string) {
    this.address = address;
    this.#server = createServer((request, response) => {
      text(request).then(
        (body) => {
          this.bodies.push(body);
          response.end("{}");
        },
        () => response.destroy(),
      );
    });
  }

  /** @returns undefined for an address that is not loopback's, or that someone listens on already */
  static async open(address: string | undefined): Promise<LoopbackReceiver | undefined> {
    const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol !== "http:" || !["127.0.0.1", "localhost"].includes(url.hostname)) return undefined;
    const receiver = new LoopbackReceiver(url.host);
    const listening = await new Promise<boolean>((resolve) => {
      receiver.#server.once("error", () => {
        resolve(false);
      });
      receiver.#server.listen(Number(url.port || "80"), "127.0.0.1", () => {
        resolve(true);
      });
    });
    return listening ? receiver : undefined;
  }

  async receivedWithin(milliseconds: number): Promise<boolean> {
    const seen = await eventually(() => Promise.resolve(this.bodies.length > 0 ? true : undefined), {
      withinMs: milliseconds,
    });
    return seen ?? false;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
