import { AggregateRoot } from "@nestjs/cqrs";
import { OrderCancelled, OrderPaid, OrderPlaced } from "./messages.js";

export type OrderState = "placed" | "paid" | "cancelled";

/** The order cannot do what it is asked to. */
export class OrderRuleError extends Error {
  override readonly name = "OrderRuleError";

  constructor(
    readonly code: "ORDER_EXISTS" | "ORDER_UNKNOWN" | "ORDER_NOT_OPEN",
    message: string,
  ) {
    super(message);
  }
}

/** What a reader sees of an order. */
export interface OrderView {
  readonly orderId: string;
  readonly customerId: string;
  readonly cents: number;
  readonly state: OrderState;
}

export class Order extends AggregateRoot {
  #state: OrderState = "placed";

  private constructor(
    readonly orderId: string,
    readonly customerId: string,
    readonly cents: number,
  ) {
    super();
  }

  static place(orderId: string, customerId: string, cents: number): Order {
    const order = new Order(orderId, customerId, cents);
    order.apply(new OrderPlaced(orderId, customerId, cents));
    return order;
  }

  pay(): void {
    this.#leave("paid");
    this.apply(new OrderPaid(this.orderId, this.cents));
  }

  cancel(reason: string): void {
    this.#leave("cancelled");
    this.apply(new OrderCancelled(this.orderId, reason));
  }

  get view(): OrderView {
    const { orderId, customerId, cents } = this;
    return { orderId, customerId, cents, state: this.#state };
  }

  #leave(to: OrderState): void {
    if (this.#state !== "placed")
      throw new OrderRuleError("ORDER_NOT_OPEN", `Order ${this.orderId} is ${this.#state}`);
    this.#state = to;
  }
}
