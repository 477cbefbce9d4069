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
        spanName(operation.kind, operation.type),
        { attributes: startAttributes(operation) },
        async (span) => {
          try {
            const result = await next();
            span.setAttributes(endAttributes(operation, false));
            return result;
          } catch (error) {
            recordError(span, error);
            span.setAttributes(endAttributes(operation, true));
            throw error;
          } finally {
            span.end();
          }
        },
      ),
  };
}

function startAttributes(operation: Operation): Attributes {
  const { type, handler, id } = operation;
  switch (operation.kind) {
    case "command": {
      const names = spans.command.attributes;
      return { [names.id]: id, [names.type]: type, [names.handler]: handler };
    }
    case "query": {
      const names = spans.query.attributes;
      return { [names.type]: type, [names.handler]: handler };
    }
    case "event": {
      const names = spans.event.attributes;
      return { [names.type]: type, [names.subscriber]: handler };
    }
  }
}

function endAttributes({ kind, retries, cache }: Operation, failed: boolean): Attributes {
  switch (kind) {
    case "command":
      return { [spans.command.attributes.retryCount]: retries };
    case "query": {
      const names = spans.query.attributes;
      return { [names.cacheHit]: cache?.hit ?? false, [names.cacheKey]: maskText(cache?.key ?? "") };
    }
    case "event":
      return { [spans.event.attributes.status]: failed ? "error" : "handled" };
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
