import { EventsHandler, type IEventHandler, QueryBus } from "@nestjs/cqrs";
import { Faults } from "../faults.js";
import { GetInvoice, OrderCancelled, OrderPaid, OrderPlaced } from "../messages.js";

/** Tells the customer; some mails cannot be sent, however often it is tried. */
@EventsHandler(OrderPlaced, OrderPaid, OrderCancelled)
export class Mailer implements IEventHandler<OrderPlaced | OrderPaid | OrderCancelled> {
  constructor(
    private readonly faults: Faults,
    private readonly queries: QueryBus,
  ) {}

  async handle({ orderId }: OrderPlaced | OrderPaid | OrderCancelled): Promise<void> {
    await this.faults.beforeSubscriber();
    if (this.faults.handlersMissing) await this.queries.execute(new GetInvoice(orderId));
    if (this.faults.isPoison(orderId)) throw new Error(`The mail about order ${orderId} bounced`);
  }
}
