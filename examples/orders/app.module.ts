import { type DynamicModule, Module, type OnModuleDestroy } from "@nestjs/common";
import { CqrsModule } from "@nestjs/cqrs";
import { InMemoryDeadLetterQueue } from "openobserve-cqrs/runtime/bus";
import { observedBy, QueryCache } from "openobserve-cqrs/runtime/cache";
import { CqrsTelemetryModule } from "openobserve-cqrs/runtime/nest";
import { type Telemetry } from "openobserve-cqrs/runtime/telemetry";
import { CancelOrderHandler } from "./orders/commands/cancel-order.handler.js";
import { PayOrderHandler } from "./orders/commands/pay-order.handler.js";
import { PlaceOrderHandler } from "./orders/commands/place-order.handler.js";
import { Faults } from "./orders/faults.js";
import * as messages from "./orders/messages.js";
import { OrderStore } from "./orders/order-store.js";
import { GetOrderHandler } from "./orders/queries/get-order.handler.js";
import { ListOrdersHandler } from "./orders/queries/list-orders.handler.js";
import { CacheInvalidator } from "./orders/subscribers/cache-invalidator.js";
import { Mailer } from "./orders/subscribers/mailer.js";
import { SalesProjection } from "./orders/subscribers/sales-projection.js";
import { validators } from "./orders/validators.js";

/** The order service; its handlers know nothing of logs, metrics and traces. */
@Module({})
export class AppModule implements OnModuleDestroy {
  constructor(private readonly cache: QueryCache) {}

  static with(telemetry: Telemetry): DynamicModule {
    const deadLetters = new InMemoryDeadLetterQueue();
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        CqrsTelemetryModule.forRoot({
          telemetry,
          deadLetters,
          validation: validators,
          timeouts: { command: 5000, query: 2000, event: 5000 },
          retry: { retries: { command: 1, event: 2 }, baseMs: 10, maxMs: 100, shouldRetry: isTransient },
          expected: {
            command: [messages.PlaceOrder, messages.PayOrder, messages.CancelOrder],
            query: [messages.GetOrder, messages.ListOrders],
            event: [messages.OrderPlaced, messages.OrderPaid, messages.OrderCancelled],
          },
        }),
      ],
      providers: [
        Faults,
        OrderStore,
        {
          provide: QueryCache,
          useFactory: () => new QueryCache({ maxEntries: 5000, ...observedBy(telemetry) }),
        },
        { provide: InMemoryDeadLetterQueue, useValue: deadLetters },
        PlaceOrderHandler,
        PayOrderHandler,
        CancelOrderHandler,
        GetOrderHandler,
        ListOrdersHandler,
        CacheInvalidator,
        Mailer,
        SalesProjection,
      ],
    };
  }

  onModuleDestroy(): void {
    this.cache.destroy();
  }
}

/** An order's own rules say no for good; only what is outside of the service may say yes next time. */
const isTransient = (error: unknown): boolean =>
  !(error instanceof Error && "code" in error && String(error.code).startsWith("ORDER_"));
