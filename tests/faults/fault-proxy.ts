import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";

/** Says which resource a request is about: a test's client adds it, the proxy takes it off again. */
export const subjectHeader = "x-o2cqrs-subject";

/** What can happen to a request on its way. */
export const faults = {
  cut: "the connection breaks after the server acted",
  "500": "the server fails",
  outage: "from this request on, no request arrives until the run has ended",
  stall: "the server acts, and its answer comes after the client has given up",
  drop: "the connection breaks before the server sees the request",
  "503": "the server cannot serve now",
  "429": "the server is asked too much",
  delay: "the request arrives late, after others that were sent later",
} as const;

export type Fault = keyof typeof faults;

/** One request of a run: the resource that it serves, and which of that resource's requests it is. */
export interface Point {
  readonly subject: string;
  readonly ordinal: number;
  /** What was asked, for people: `POST /api/default/streams/cqrs_events`. */
  readonly asked: string;
}

const delayMs = 30;
const message = { code: "", message: "injected fault" };

/**
 * Stands before a server and lets every request through, but for the one it is told to do something to. Requests
 * are told apart by their subject, since resources are worked on at the same time: the n-th request about a
 * resource is the same in every run.
 */
export class FaultProxy {
  readonly #pool = new Agent({ connections: 32 });
  readonly #server: Server;
  /** Points of the current run, in the order in which they came. */
  #seen: Point[] = [];
  #counts = new Map<string, number>();
  #armed: { readonly fault: Fault; readonly subject: string; readonly ordinal: number } | undefined;
  #struck = false;
  /** What the server still does for clients that gave up. */
  readonly #underWay = new Set<Promise<unknown>>();

  private constructor(private readonly target: string) {
    this.#server = createServer((incoming, answer) => {
      void this.#serve(incoming, answer).catch(() => incoming.socket.destroy());
    });
  }

  static async before(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Begins a run, in which the fault happens at the point. Without one, every request is let through. */
  begin(fault?: Fault, at?: Pick<Point, "subject" | "ordinal">): void {
    this.#seen = [];
    this.#counts = new Map();
    this.#struck = false;
    this.#armed = fault && at && { fault, subject: at.subject, ordinal: at.ordinal };
  }

  /** Ends a run, when the server has finished all that it was asked. */
  async end(): Promise<{ points: readonly Point[]; struck: boolean }> {
    this.#armed = undefined;
    await Promise.allSettled(this.#underWay);
    return { points: this.#seen, struck: this.#struck };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#pool.close();
  }

  async #serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = (incoming.url ?? "").split("?", 1)[0] ?? "";
    const subject = String(incoming.headers[subjectHeader] ?? "the program");
    const ordinal = (this.#counts.get(subject) ?? 0) + 1;
    this.#counts.set(subject, ordinal);
    this.#seen.push({ subject, ordinal, asked: `${incoming.method} ${path}` });

    const body = await bodyOf(incoming);
    const fault = this.#faultFor(subject, ordinal);
    const forward = () => this.#tracked(this.#forward(incoming, body));
    switch (fault) {
      case undefined:
        send(answer, await forward());
        return;
      case "delay":
        await sleep(delayMs);
        send(answer, await forward());
        return;
      case "drop":
      case "outage":
        incoming.socket.destroy();
        return;
      case "cut":
        await forward();
        incoming.socket.destroy();
        return;
      case "stall":
        // The client's own time-out ends the connection.
        await forward();
        return;
      default:
        send(answer, {
          status: Number(fault),
          body: Buffer.from(JSON.stringify({ ...message, code: Number(fault) })),
          type: "application/json",
        });
        return;
    }
  }

  #faultFor(subject: string, ordinal: number): Fault | undefined {
    const armed = this.#armed;
    if (armed === undefined) return undefined;
    if (this.#struck) return armed.fault === "outage" ? "outage" : undefined;
    this.#struck = armed.subject === subject && armed.ordinal === ordinal;
    return this.#struck ? armed.fault : undefined;
  }

  async #forward({ method = "GET", url = "/", headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { authorization, "content-type": contentType } = headers;
    const response = await request(this.target + url, {
      dispatcher: this.#pool,
      method: method as "GET",
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(contentType !== undefined && { "content-type": contentType }),
      },
      ...(body.length > 0 && { body }),
    });
    return {
      status: response.statusCode,
      body: Buffer.from(await response.body.arrayBuffer()),
      type: response.headers["content-type"],
    };
  }

  async #tracked<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly type: string | string[] | undefined;
}

function send(answer: ServerResponse, { status, body, type }: Answer): void {
  answer.writeHead(status, type === undefined ? {} : { "content-type": type });
  answer.end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
