import { type IQueryHandler, QueryHandler } from "@nestjs/cqrs";
import { QueryCache } from "openobserve-cqrs/runtime/cache";
import { Faults } from "../faults.js";
import { ListOrders } from "../messages.js";
import { type OrderView } from "../order.js";
import { OrderStore } from "../order-store.js";

/** The list may lag behind by a second: it is served stale and refreshed in the background. */
@QueryHandler(ListOrders)
export class ListOrdersHandler implements IQueryHandler<ListOrders, OrderView[]> {
  constructor(
    private readonly cache: QueryCache,
    private readonly store: OrderStore,
    private readonly faults: Faults,
  ) {}

  execute({ customerId }: ListOrders): Promise<OrderView[]> {
    return this.cache.get({
      key: [ListOrders.name, customerId],
      type: ListOrders.name,
      domains: [`customer:${customerId}`],
      staleTimeMs: 1000,
      refreshEveryMs: 5000,
      fetch: async () => {
        await this.faults.beforeList(customerId);
        return this.store.ofCustomer(customerId).slice(-20);
      },
      ...(this.faults.coldCache ? { cacheTimeMs: 0 } : {}),
    });
  }
}
