/**
 * What the pipeline adds to a command: the bus of `@nestjs/cqrs` bare, and instrumented with logs, metrics and traces at
 * 10% sampling. Only the application's own thread counts; where the records go answers at once. Aim: under 15 µs.
 */
import "reflect-metadata";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { type DynamicModule, Logger, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { CommandBus, CommandHandler, CqrsModule } from "@nestjs/cqrs";
import { CqrsTelemetryModule } from "openobserve-cqrs/runtime/nest";
import { startTelemetry } from "openobserve-cqrs/runtime/telemetry";
import { startSink } from "./servers/sink.js";

class PlaceOrder {
  constructor(
    readonly orderId: string,
    readonly cents: number,
  ) {}
}

@CommandHandler(PlaceOrder)
class PlaceOrderHandler {
  execute({ cents }: PlaceOrder): Promise<number> {
    return Promise.resolve(cents);
  }
}

@Module({})
class BenchModule {
  static with(...imports: DynamicModule[]): DynamicModule {
    return {
      module: BenchModule,
      imports: [CqrsModule.forRoot(), ...imports],
      providers: [PlaceOrderHandler],
    };
  }
}

const commandsPerRound = 500;
const rounds = 300;

/**
 * Microseconds a command takes, in the best and in the median round: the first is the work, the second has the
 * collecting of garbage and whatever else the machine does. Telemetry has a rest between rounds to send what it has.
 */
async function measure(
  bus: CommandBus,
  rest: () => Promise<unknown>,
): Promise<{ best: number; median: number }> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    for (let n = 0; n < commandsPerRound; n++) await bus.execute(new PlaceOrder("o-1", n));
    times.push(((performance.now() - started) / commandsPerRound) * 1000);
    await rest();
  }
  times.sort((a, b) => a - b);
  return { best: times[0] ?? NaN, median: times[times.length >> 1] ?? NaN };
}

async function main(): Promise<void> {
  Logger.overrideLogger(false);
  const bare = await NestFactory.createApplicationContext(BenchModule.with());
  const bareBus = await measure(bare.get(CommandBus), turn);

  const sink = await startSink();
  const directory = mkdtempSync(join(tmpdir(), "o2cqrs-bench-"));
  const telemetry = startTelemetry({
    env: { OPENOBSERVE_URL: sink.url, OPENOBSERVE_TOKEN: "bench", CQRS_SAMPLING_RATE: "0.1" },
    ingest: { directory },
  });
  const observed = await NestFactory.createApplicationContext(
    BenchModule.with(CqrsTelemetryModule.forRoot({ telemetry })),
  );
  const observedBus = await measure(observed.get(CommandBus), () => telemetry.flush());
  await telemetry.shutdown();
  sink.stop();
  rmSync(directory, { recursive: true });
  console.log(
    JSON.stringify({
      bench: "middleware",
      bareMicros: bareBus.best,
      observedMicros: observedBus.best,
      addedMicros: observedBus.best - bareBus.best,
      medianAddedMicros: observedBus.median - bareBus.median,
    }),
  );
  process.exit(0);
}

void main();
