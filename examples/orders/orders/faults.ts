import { Injectable } from "@nestjs/common";
import { setTimeout as sleep } from "node:timers/promises";

export const faultNames = ["slow-queries", "slow-commands", "errors", "cold-cache", "poison"] as const;
export type FaultName = (typeof faultNames)[number];

/** A dependency of the service is down; it may be back at the next try. */
export class PaymentProviderError extends Error {
  override readonly name = "PaymentProviderError";
  readonly code = "PAYMENT_PROVIDER_DOWN";
}

/** What is made to go wrong, and so which alert rises. */
@Injectable()
export class Faults {
  readonly #active = new Set<FaultName>();

  set(names: readonly FaultName[]): void {
    this.#active.clear();
    for (const name of names) this.#active.add(name);
  }

  /** Queries answer in 350 to 450 ms: beyond their limit of 300. */
  async beforeQuery(): Promise<void> {
    await sleep(this.#active.has("slow-queries") ? 350 + Math.random() * 100 : 1 + Math.random() * 9);
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

  /** The cache keeps nothing. */
  get coldCache(): boolean {
    return this.#active.has("cold-cache");
  }
}
