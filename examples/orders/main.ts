import "reflect-metadata";
import { type INestApplicationContext, Logger } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { CommandBus, EventBus, type IEvent, QueryBus } from "@nestjs/cqrs";
import { envNames } from "@o2cqrs/contract";
import { InMemoryDeadLetterQueue } from "openobserve-cqrs/runtime/bus";
import { QueryCache } from "openobserve-cqrs/runtime/cache";
import {
  controlOptionsFromEnv,
  type ControlServer,
  startControlServer,
} from "openobserve-cqrs/runtime/control";
import { configFromEnv } from "openobserve-cqrs/runtime/env";
import { startTelemetry, type Telemetry, type TelemetryOptions } from "openobserve-cqrs/runtime/telemetry";
import { AppModule } from "./app.module.js";
import { LoadGenerator } from "./load/generator.js";
import { type LoadOptions, loadOptions, usage } from "./load/options.js";
import { rateOf } from "./load/rate.js";
import { summarize } from "./load/summary.js";
import { Faults } from "./orders/faults.js";

/**
 * Some hundred records: fewer than a batch has, and all in one segment, as one that is full is sent at once. What
 * comes beyond that before a batch is due is lost, however fast the server is.
 */
const tooSmall = { maxMemoryBytes: 64 * 1024, maxBufferBytes: 64 * 1024, segmentBytes: 64 * 1024 };

/** How telemetry starts: as the environment says, or with one of the faults that are its own. */
function telemetryOptions({ faults }: LoadOptions): TelemetryOptions {
  const directory = process.env.ORDERS_BUFFER_DIR;
  const nowhere = { [envNames.otlpTraces]: `${configFromEnv().baseUrl}/nowhere` };
  return {
    ingest: { directory, ...(faults.includes("small-buffer") ? tooSmall : {}) },
    env: faults.includes("lost-spans") ? { ...process.env, ...nowhere } : process.env,
  };
}

/** What is not delivered by then waits in the buffer for the next run. */
const deliveryMs = 30_000;

/** Runs the service under load, sends all its telemetry, and prints what that was as one line of JSON. */
async function main(options: LoadOptions): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

  Logger.overrideLogger(["warn", "error"]);
  const telemetry = startTelemetry(telemetryOptions(options));
  const app = await NestFactory.createApplicationContext(AppModule.with(telemetry));
  app.get(Faults).set(options.faults);
  const control = await startControl(app, telemetry);
  const load = new LoadGenerator(app.get(CommandBus), app.get(QueryBus), app.get(Faults));
  await load.run({ seconds: options.seconds, rate: rateOf(options), signal: stop.signal });
  await control?.close();
  await app.close();
  console.log(
    JSON.stringify(
      summarize(load.counts, telemetry.config, await telemetry.shutdown({ deadlineMs: deliveryMs })),
    ),
  );
}

/** Lets an operator calm this process, if the environment has a token for that. */
async function startControl(
  app: INestApplicationContext,
  telemetry: Telemetry,
): Promise<ControlServer | undefined> {
  const address = controlOptionsFromEnv();
  if (address === undefined) return undefined;
  const deadLetters = app.get(InMemoryDeadLetterQueue);
  const control = await startControlServer({
    ...address,
    telemetry,
    caches: { queries: app.get(QueryCache) },
    queues: {
      deadLetters: {
        size: () => deadLetters.events.length,
        // Tried once more: the release that is back may be able to handle them.
        clear: () => {
          const dead = deadLetters.drain();
          app.get(EventBus).publishAll(dead.map(({ event }) => event as IEvent));
          return dead.length;
        },
      },
    },
  });
  console.error(`control endpoint at ${control.url}`);
  return control;
}

function readOptions(): LoadOptions {
  try {
    return loadOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

main(readOptions()).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
