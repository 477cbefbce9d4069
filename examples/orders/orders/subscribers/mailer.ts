import { EventsHandler, type IEventHandler } from "@nestjs/cqrs";
import { setTimeout as sleep } from "node:timers/promises";
import { Faults } from "../faults.js";
import { OrderCancelled, OrderPaid, OrderPlaced } from "../messages.js";

/** Tells the customer; some mails cannot be sent, however often it is tried. */
@EventsHandler(OrderPlaced, OrderPaid, OrderCancelled)
export class Mailer implements IEventHandler<OrderPlaced | OrderPaid | OrderCancelled> {
  constructor(private readonly faults: Faults) {}

  async handle({ orderId }: OrderPlaced | OrderPaid | OrderCancelled): Promise<void> {
    await sleep(1 + Math.random() * 4);
    if (this.faults.isPoison(orderId)) throw new Error(`The mail about order ${orderId} bounced`);
  }
}
