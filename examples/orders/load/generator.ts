import { type CommandBus, type QueryBus } from "@nestjs/cqrs";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { runInRequest } from "openobserve-cqrs/runtime/context";
import { type Faults } from "../orders/faults.js";
import {
  ArchiveOrder,
  CancelOrder,
  GetInvoice,
  GetOrder,
  ListOrders,
  PayOrder,
  PlaceOrder,
} from "../orders/messages.js";

/** Operations that were started, and how many of them failed. */
export interface LoadCounts {
  commands: number;
  queries: number;
  failed: number;
}

const customers = 8;
/** How often a customer looks at an order before it changes: enough for the cache to be worth its name. */
const looks = 7;
/** Milliseconds of customers that are made up for at once: after a clock that jumped, or a machine that slept, not all. */
const owedAtMostMs = 1000;
/** Milliseconds until a changed rate is noticed, at most. */
const longestWaitMs = 250;

/** Customers who place orders, look at them a few times, and pay or cancel. */
export class LoadGenerator {
  readonly counts: LoadCounts = { commands: 0, queries: 0, failed: 0 };
  readonly #running = new Set<Promise<void>>();

  constructor(
    readonly commands: CommandBus,
    readonly queries: QueryBus,
    readonly faults: Faults,
  ) {}

  /** Sends new customers at a rate that may change, then waits for the last of them to finish. */
  async run(options: {
    readonly seconds: number;
    /** Customers a second, asked again and again. */
    readonly rate: () => number;
    readonly signal: AbortSignal;
  }): Promise<void> {
    const end = options.seconds === 0 ? Infinity : Date.now() + options.seconds * 1000;
    let due = Date.now();
    while (Date.now() < end && !options.signal.aborted) {
      const rate = options.rate();
      // Nothing is owed for a time without traffic, and a rate that rises does not wait for a customer planned before.
      due = rate === 0 ? Date.now() : Math.min(due, Date.now() + 1000 / rate);
      due = Math.max(due, Date.now() - owedAtMostMs);
      for (; rate > 0 && due <= Date.now(); due += 1000 / rate) this.#serve();
      await sleep(Math.min(longestWaitMs, Math.max(1, due - Date.now())));
    }
    await Promise.all(this.#running);
  }

  #serve(): void {
    const customer = Math.floor(Math.random() * customers);
    const request = { tenant: `tenant-${customer % 3}`, userId: `user-${customer}` };
    const served = runInRequest(request, () => this.#customer(`customer-${customer}`)).finally(() =>
      this.#running.delete(served),
    );
    this.#running.add(served);
  }

  async #customer(customerId: string): Promise<void> {
    const orderId = randomBytes(8).toString("hex");
    const cents = 100 + Math.floor(Math.random() * 10_000);
    const placed = await this.#command(
      new PlaceOrder(orderId, customerId, cents, `${customerId}@example.com`),
    );
    await this.#query(new ListOrders(customerId));
    if (!placed) return;
    for (let look = 0; look < looks; look++) await this.#query(new GetOrder(orderId));
    if (Math.random() < 0.8) await this.#command(new PayOrder(orderId));
    else await this.#command(new CancelOrder(orderId, "changed my mind"));
    await this.#query(new GetOrder(orderId));
    if (!this.faults.handlersMissing) return;
    await this.#command(new ArchiveOrder(orderId));
    await this.#query(new GetInvoice(orderId));
  }

  async #command(command: object): Promise<boolean> {
    this.counts.commands++;
    return this.#succeeds(this.commands.execute(command));
  }

  async #query(query: object): Promise<boolean> {
    this.counts.queries++;
    return this.#succeeds(this.queries.execute(query));
  }

  async #succeeds(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch {
      this.counts.failed++;
      return false;
    }
  }
}
