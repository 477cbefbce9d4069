import { CommandHandler, type ICommandHandler } from "@nestjs/cqrs";
import { Faults } from "../faults.js";
import { PayOrder } from "../messages.js";
import { type OrderView } from "../order.js";
import { OrderStore } from "../order-store.js";

@CommandHandler(PayOrder)
export class PayOrderHandler implements ICommandHandler<PayOrder> {
  constructor(
    private readonly store: OrderStore,
    private readonly faults: Faults,
  ) {}

  async execute({ orderId }: PayOrder): Promise<OrderView> {
    await this.faults.beforeCommand();
    const order = this.store.get(orderId);
    order.pay();
    order.commit();
    return order.view;
  }
}
