import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";

/** A place where a provider waits until the test lets it go on. */
export class Gate {
  readonly #waiting: ServerResponse[] = [];
  readonly #server: Server;
  #onArrival: (() => void) | undefined;
  #isOpen = false;

  private constructor() {
    this.#server = createServer((_request, response) => {
      if (this.#isOpen) response.end();
      else this.#waiting.push(response);
      this.#onArrival?.();
    });
  }

  static async start(): Promise<Gate> {
    const gate = new Gate();
    gate.#server.listen(0, "127.0.0.1");
    await once(gate.#server, "listening");
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when so many wait at the same time. */
  async arrived(count = 1): Promise<void> {
    while (this.#waiting.length < count) await new Promise<void>((resolve) => (this.#onArrival = resolve));
  }

  /** Resolves when the first of those who wait has gone away without being let through. */
  async abandoned(): Promise<void> {
    const [response] = this.#waiting;
    if (response && !response.destroyed) await once(response, "close");
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets everyone through, now and later. */
  open(): void {
    this.#isOpen = true;
    for (const response of this.#waiting.splice(0)) response.end();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
