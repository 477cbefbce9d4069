import { Injectable } from "@nestjs/common";
import { Order, OrderRuleError, type OrderView } from "./order.js";

/** Orders in memory; where a real service has its database. Keeps the newest of them. */
@Injectable()
export class OrderStore {
  static readonly limit = 50_000;
  readonly #orders = new Map<string, Order>();
  readonly #byCustomer = new Map<string, Set<string>>();

  add(order: Order): void {
    if (this.#orders.has(order.orderId))
      throw new OrderRuleError("ORDER_EXISTS", `Order ${order.orderId} exists`);
    this.#orders.set(order.orderId, order);
    const own = this.#byCustomer.get(order.customerId) ?? new Set();
    this.#byCustomer.set(order.customerId, own.add(order.orderId));
    if (this.#orders.size > OrderStore.limit) this.#removeOldest();
  }

  get(orderId: string): Order {
    const order = this.#orders.get(orderId);
    if (order === undefined) throw new OrderRuleError("ORDER_UNKNOWN", `There is no order ${orderId}`);
    return order;
  }

  ofCustomer(customerId: string): OrderView[] {
    return [...(this.#byCustomer.get(customerId) ?? [])].map((orderId) => this.get(orderId).view);
  }

  #removeOldest(): void {
    const [oldest] = this.#orders.values();
    if (oldest === undefined) return;
    this.#orders.delete(oldest.orderId);
    this.#byCustomer.get(oldest.customerId)?.delete(oldest.orderId);
  }
}
