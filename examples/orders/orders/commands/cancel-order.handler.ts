import { CommandHandler, type ICommandHandler } from "@nestjs/cqrs";
import { Faults } from "../faults.js";
import { CancelOrder } from "../messages.js";
import { type OrderView } from "../order.js";
import { OrderStore } from "../order-store.js";

@CommandHandler(CancelOrder)
export class CancelOrderHandler implements ICommandHandler<CancelOrder> {
  constructor(
    private readonly store: OrderStore,
    private readonly faults: Faults,
  ) {}

  async execute({ orderId, reason }: CancelOrder): Promise<OrderView> {
    await this.faults.beforeCommand();
    const order = this.store.get(orderId);
    order.cancel(reason);
    order.commit();
    return order.view;
  }
}
