import { Injectable } from "@nestjs/common";
import { setTimeout as sleep } from "node:timers/promises";

export const faultNames = [
  "slow-queries",
  "slow-commands",
  "slow-events",
  "errors",
  "failing-queries",
  "cold-cache",
  "failing-refresh",
  "poison",
  "no-handler",
  "small-buffer",
  "lost-spans",
] as const;
export type FaultName = (typeof faultNames)[number];

/** A dependency of the service is down; it may be back at the next try. */
export class PaymentProviderError extends Error {
  override readonly name = "PaymentProviderError";
  readonly code = "PAYMENT_PROVIDER_DOWN";
}

/** The service's own data cannot be read; nor can it a moment later. */
export class OrderStoreError extends Error {
  override readonly name = "OrderStoreError";
  readonly code = "ORDER_STORE_DOWN";
}

/** What is made to go wrong, and so which alert rises. */
@Injectable()
export class Faults {
  readonly #active = new Set<FaultName>();
  readonly #listed = new Set<string>();

  set(names: readonly FaultName[]): void {
    this.#active.clear();
    for (const name of names) this.#active.add(name);
    this.#listed.clear();
  }

  /** Queries answer in 350 to 450 ms (beyond their limit of 300), or four reads in five fail. */
  async beforeQuery(): Promise<void> {
    await sleep(this.#active.has("slow-queries") ? 350 + Math.random() * 100 : 1 + Math.random() * 9);
    if (this.#active.has("failing-queries") && Math.random() < 4 / 5)
      throw new OrderStoreError("The order store does not answer");
  }

  /** A customer's list can be read once and never again, so that what the cache has of it grows old. */
  async beforeList(customerId: string): Promise<void> {
    await this.beforeQuery();
    if (this.#active.has("failing-refresh") && this.#listed.has(customerId))
      throw new OrderStoreError(`The list of ${customerId} cannot be read`);
    this.#listed.add(customerId);
  }

  /** Mails and sales take 1.1 to 1.4 s: beyond the second that events may take. */
  async beforeSubscriber(): Promise<void> {
    await sleep(this.#active.has("slow-events") ? 1100 + Math.random() * 300 : 1 + Math.random() * 4);
  }

  /** Commands take 550 to 700 ms (beyond their limit of 500), or one try in three fails. */
  async beforeCommand(): Promise<void> {
    await sleep(this.#active.has("slow-commands") ? 550 + Math.random() * 150 : 1 + Math.random() * 4);
    if (this.#active.has("errors") && Math.random() < 1 / 3)
      throw new PaymentProviderError("The payment provider does not answer (asked for jane.doe@example.com)");
  }

  /** One event in ten cannot be handled, however often it is tried. */
  isPoison(orderId: string): boolean {
    return this.#active.has("poison") && Number.parseInt(orderId.slice(-2), 16) % 10 === 0;
  }

  /** A release lacks handlers that are called. */
  get handlersMissing(): boolean {
    return this.#active.has("no-handler");
  }

  /** The cache keeps nothing. */
  get coldCache(): boolean {
    return this.#active.has("cold-cache");
  }
}
