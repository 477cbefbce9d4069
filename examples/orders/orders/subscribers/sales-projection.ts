import { EventsHandler, type IEventHandler } from "@nestjs/cqrs";
import { Faults } from "../faults.js";
import { OrderCancelled, OrderPaid, OrderPlaced } from "../messages.js";

/** Adds up what was sold. */
@EventsHandler(OrderPlaced, OrderPaid, OrderCancelled)
export class SalesProjection implements IEventHandler<OrderPlaced | OrderPaid | OrderCancelled> {
  placed = 0;
  paidCents = 0;
  cancelled = 0;

  constructor(private readonly faults: Faults) {}

  async handle(event: OrderPlaced | OrderPaid | OrderCancelled): Promise<void> {
    await this.faults.beforeSubscriber();
    if (event instanceof OrderPlaced) this.placed++;
    else if (event instanceof OrderPaid) this.paidCents += event.cents;
    else this.cancelled++;
  }
}
