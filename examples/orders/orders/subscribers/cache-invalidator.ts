import { EventsHandler, type IEventHandler } from "@nestjs/cqrs";
import { QueryCache } from "openobserve-cqrs/runtime/cache";
import { OrderCancelled, OrderPaid } from "../messages.js";

/** Lets readers of an order see what has changed. */
@EventsHandler(OrderPaid, OrderCancelled)
export class CacheInvalidator implements IEventHandler<OrderPaid | OrderCancelled> {
  constructor(private readonly cache: QueryCache) {}

  handle({ orderId }: OrderPaid | OrderCancelled): void {
    this.cache.invalidate(`order:${orderId}`);
  }
}
