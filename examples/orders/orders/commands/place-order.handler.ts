import { CommandHandler, EventPublisher, type ICommandHandler } from "@nestjs/cqrs";
import { Faults } from "../faults.js";
import { PlaceOrder } from "../messages.js";
import { Order, type OrderView } from "../order.js";
import { OrderStore } from "../order-store.js";

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly store: OrderStore,
    private readonly publisher: EventPublisher,
    private readonly faults: Faults,
  ) {}

  async execute({ orderId, customerId, cents }: PlaceOrder): Promise<OrderView> {
    await this.faults.beforeCommand();
    const order = this.publisher.mergeObjectContext(Order.place(orderId, customerId, cents));
    this.store.add(order);
    order.commit();
    return order.view;
  }
}
