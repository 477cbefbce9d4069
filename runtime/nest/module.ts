import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from "@nestjs/common";
import { ModuleRef } from "@nestjs/core";
import { AsyncContext, CommandBus, EventBus, QueryBus } from "@nestjs/cqrs";
import { BusPipeline } from "../bus/pipeline.js";
import { createPipeline, type PipelineOptions } from "../bus/standard.js";
import { startTelemetry, type Telemetry, type TelemetryOptions } from "../telemetry/telemetry.js";
import { instrumentBus, instrumentEventBus } from "./instrument.js";
import { HandlerRegistry, type RegistrationRules } from "./registry.js";

/** Injects the process's `Telemetry`. */
export const TELEMETRY = Symbol("openobserve-cqrs.telemetry");

const OPTIONS = Symbol("openobserve-cqrs.options");

const defaultDeadlineMs = 5000;

export interface CqrsTelemetryOptions extends PipelineOptions, RegistrationRules {
  /** Telemetry that is running already; the module then does not shut it down. Default: started from the environment. */
  readonly telemetry?: Telemetry;
  /** How to start it, when it is not running. */
  readonly start?: TelemetryOptions;
  /** Milliseconds that each step of shutting down may take: ending operations, then sending. Default 5000. */
  readonly shutdownDeadlineMs?: number;
}

/** Puts the pipeline around the buses before any handler is registered with them. */
@Injectable()
export class BusInstrumentation implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger("CqrsTelemetryModule");

  constructor(
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(OPTIONS) private readonly options: CqrsTelemetryOptions,
    @Inject(TELEMETRY) private readonly telemetry: Telemetry,
    @Inject(BusPipeline) private readonly pipeline: BusPipeline,
  ) {}

  onModuleInit(): void {
    const registry = new HandlerRegistry(this.options, (message) => this.#logger.warn(message));
    const everywhere = { strict: false, each: true } as const;
    for (const bus of this.modules.get(CommandBus, everywhere))
      instrumentBus(bus, "command", this.pipeline, registry);
    for (const bus of this.modules.get(QueryBus, everywhere))
      instrumentBus(bus, "query", this.pipeline, registry);
    for (const bus of this.modules.get(EventBus, everywhere))
      instrumentEventBus(
        bus,
        this.pipeline,
        registry,
        (wrapper, event) =>
          this.modules.resolve(wrapper.metatype as never, (AsyncContext.of(event) ?? new AsyncContext()).id, {
            strict: false,
          }),
        () => registry.checkExpected(),
      );
  }

  /** Waits for subscribers at work: what they log and trace belongs to what is sent last. */
  async beforeApplicationShutdown(): Promise<void> {
    const left = await this.pipeline.idle(this.options.shutdownDeadlineMs ?? defaultDeadlineMs);
    if (left > 0)
      this.#logger.warn(`${left} ${left === 1 ? "operation" : "operations"} still under way at shutdown`);
  }

  /** Sends what waits; only if this module started the telemetry. */
  async onApplicationShutdown(): Promise<void> {
    if (this.options.telemetry !== undefined) return;
    await this.telemetry.shutdown({ deadlineMs: this.options.shutdownDeadlineMs ?? defaultDeadlineMs });
  }
}

/**
 * Instruments `CommandBus`, `QueryBus` and `EventBus` of `@nestjs/cqrs`, and with them every handler, without a change
 * to either. Import it once, beside `CqrsModule.forRoot()`.
 *
 * @example
 * @Module({ imports: [CqrsModule.forRoot(), CqrsTelemetryModule.forRoot({ timeouts: { command: 5000 } })] })
 */
@Module({})
export class CqrsTelemetryModule {
  static forRoot(options: CqrsTelemetryOptions = {}): DynamicModule {
    return {
      module: CqrsTelemetryModule,
      global: true,
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: TELEMETRY, useFactory: () => options.telemetry ?? startTelemetry(options.start) },
        {
          provide: BusPipeline,
          useFactory: (telemetry: Telemetry) => createPipeline(telemetry, options),
          inject: [TELEMETRY],
        },
        BusInstrumentation,
      ],
      exports: [TELEMETRY, BusPipeline],
    };
  }
}
