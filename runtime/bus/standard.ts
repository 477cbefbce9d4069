import { type Telemetry } from "../telemetry/telemetry.js";
import { deadLetterMiddleware, type DeadLetterQueue } from "./dead-letter.js";
import { loggingMiddleware, type LoggingOptions } from "./logging.js";
import { metricsMiddleware } from "./metrics.js";
import { type Middleware } from "./middleware.js";
import { BusPipeline } from "./pipeline.js";
import { retryMiddleware, type RetryOptions } from "./retry.js";
import { timeoutMiddleware, type Timeouts } from "./timeout.js";
import { tracingMiddleware } from "./tracing.js";
import { type MessageClass, validationMiddleware, type Validator } from "./validation.js";

export interface PipelineOptions {
  readonly logging?: LoggingOptions;
  readonly validation?: ReadonlyMap<MessageClass, Validator> | Validator;
  readonly retry?: RetryOptions;
  readonly timeouts?: Timeouts;
  /** Where events go that a subscriber keeps failing on; without it the error reaches the bus. */
  readonly deadLetters?: DeadLetterQueue;
  /** Milliseconds that the dead-letter queue may take for an event. Default 30,000. */
  readonly deadLetterTimeoutMs?: number;
  /** The application's own steps. */
  readonly custom?: readonly Middleware[];
}

/** The pipeline with all standard middlewares. */
export function createPipeline(
  telemetry: Pick<Telemetry, "logs" | "metrics" | "tracer">,
  options: PipelineOptions = {},
): BusPipeline {
  const { logs, metrics, tracer } = telemetry;
  const middlewares: Middleware[] = [
    tracingMiddleware(tracer),
    loggingMiddleware(logs, options.logging),
    metricsMiddleware(metrics),
    retryMiddleware(options.retry, metrics),
    ...(options.custom ?? []),
  ];
  if (options.validation !== undefined) middlewares.push(validationMiddleware(options.validation));
  if (options.timeouts !== undefined) middlewares.push(timeoutMiddleware(options.timeouts));
  if (options.deadLetters !== undefined)
    middlewares.push(deadLetterMiddleware(options.deadLetters, options.deadLetterTimeoutMs));
  return new BusPipeline(middlewares, logs, metrics);
}
