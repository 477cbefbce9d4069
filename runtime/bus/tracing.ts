import { maskText, spanName, spans } from "@o2cqrs/contract";
import { type Attributes, type Span, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { type Operation } from "../context/operation.js";
import { messageOf } from "./errors.js";
import { type Middleware } from "./middleware.js";

/** A span around every operation, named and described by the contract. */
export function tracingMiddleware(tracer: Tracer): Middleware {
  return {
    name: "Tracing",
    stage: "tracing",
    handle: (operation, next) =>
      tracer.startActiveSpan(
        nameOf(operation.kind, operation.type),
        { attributes: startAttributes(operation) },
        (span) =>
          next().then(
            (result) => {
              setEndAttributes(span, operation, false);
              span.end();
              return result;
            },
            (error: unknown) => {
              recordError(span, error);
              setEndAttributes(span, operation, true);
              span.end();
              throw error;
            },
          ),
      ),
  };
}

/** Kept here, because reading it through the contract's module costs a call for every operation. */
const nameOf = spanName;
const commandNames = spans.command.attributes;
const queryNames = spans.query.attributes;
const eventNames = spans.event.attributes;

function startAttributes({ kind, type, handler, id }: Operation): Attributes {
  switch (kind) {
    case "command":
      return { [commandNames.id]: id, [commandNames.type]: type, [commandNames.handler]: handler };
    case "query":
      return { [queryNames.type]: type, [queryNames.handler]: handler };
    case "event":
      return { [eventNames.type]: type, [eventNames.subscriber]: handler };
  }
}

function setEndAttributes(span: Span, { kind, retries, cache }: Operation, failed: boolean): void {
  switch (kind) {
    case "command":
      span.setAttribute(commandNames.retryCount, retries);
      return;
    case "query":
      span.setAttribute(queryNames.cacheHit, cache?.hit ?? false);
      span.setAttribute(queryNames.cacheKey, cache === undefined ? "" : maskText(cache.key));
      return;
    case "event":
      span.setAttribute(eventNames.status, failed ? "error" : "handled");
  }
}

/** Messages of errors quote what users typed; spans pass no masking pipeline, so they are masked here. */
function recordError(span: Span, error: unknown): void {
  const message = maskText(messageOf(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.recordException(
    error instanceof Error
      ? { name: error.name, message, ...(error.stack === undefined ? {} : { stack: maskText(error.stack) }) }
      : message,
  );
}
