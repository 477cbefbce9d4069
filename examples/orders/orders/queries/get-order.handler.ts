import { type IQueryHandler, QueryHandler } from "@nestjs/cqrs";
import { QueryCache } from "openobserve-cqrs/runtime/cache";
import { Faults } from "../faults.js";
import { GetOrder } from "../messages.js";
import { type OrderView } from "../order.js";
import { OrderStore } from "../order-store.js";

@QueryHandler(GetOrder)
export class GetOrderHandler implements IQueryHandler<GetOrder, OrderView> {
  constructor(
    private readonly cache: QueryCache,
    private readonly store: OrderStore,
    private readonly faults: Faults,
  ) {}

  execute({ orderId }: GetOrder): Promise<OrderView> {
    return this.cache.get({
      key: [GetOrder.name, orderId],
      type: GetOrder.name,
      domains: [`order:${orderId}`],
      fetch: async () => {
        await this.faults.beforeQuery();
        return this.store.get(orderId).view;
      },
      ...(this.faults.coldCache ? { cacheTimeMs: 0 } : {}),
    });
  }
}
