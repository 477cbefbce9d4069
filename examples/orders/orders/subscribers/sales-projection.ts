import { EventsHandler, type IEventHandler } from "@nestjs/cqrs";
import { OrderCancelled, OrderPaid, OrderPlaced } from "../messages.js";

/** Adds up what was sold. */
@EventsHandler(OrderPlaced, OrderPaid, OrderCancelled)
export class SalesProjection implements IEventHandler<OrderPlaced | OrderPaid | OrderCancelled> {
  placed = 0;
  paidCents = 0;
  cancelled = 0;

  handle(event: OrderPlaced | OrderPaid | OrderCancelled): void {
    if (event instanceof OrderPlaced) this.placed++;
    else if (event instanceof OrderPaid) this.paidCents += event.cents;
    else this.cancelled++;
  }
}
