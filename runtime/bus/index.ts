export { type ExecutingBus, observeBus, type ObservedBusOptions } from "./adapter.js";
export {
  type DeadEvent,
  type DeadLetterQueue,
  deadLetterMiddleware,
  InMemoryDeadLetterQueue,
} from "./dead-letter.js";
export { HandlerRegistrationError, InvalidMessageError, OperationTimeoutError } from "./errors.js";
export { loggingMiddleware, type LoggingOptions } from "./logging.js";
export { metricsMiddleware } from "./metrics.js";
export { type Chain, composeChain, type Middleware, type Next, type Stage, stages } from "./middleware.js";
export { BusPipeline, type Dispatch } from "./pipeline.js";
export { retryMiddleware, type RetryOptions } from "./retry.js";
export { createPipeline, type PipelineOptions } from "./standard.js";
export { timeoutMiddleware, type Timeouts } from "./timeout.js";
export { tracingMiddleware } from "./tracing.js";
export {
  classValidator,
  type MessageClass,
  validationMiddleware,
  type Validator,
  zodValidator,
} from "./validation.js";
