import { type Operation } from "../context/operation.js";

/** Goes on to the rest of the chain, and at its end to the handler. Called again, it runs them again. */
export type Next = () => Promise<unknown>;

/**
 * The places in the chain, outermost first. Tracing is outside, so that whatever happens inside has its span, log
 * records included; logging and metrics see the outcome of all the rest, a refused input as well; validation stands
 * before anything is tried; a dead letter is written when all tries have failed; every try has its own timeout.
 */
export const stages = [
  "tracing",
  "logging",
  "metrics",
  "validation",
  "custom",
  "deadLetter",
  "retry",
  "timeout",
] as const;
export type Stage = (typeof stages)[number];

/**
 * A step around the handling of commands, queries and events. It may look at the operation, refuse it by throwing,
 * answer without calling `next` (a short circuit: what is inside never runs), or change what comes back.
 */
export interface Middleware {
  readonly name: string;
  readonly stage: Stage;
  handle(operation: Operation, next: Next): Promise<unknown>;
}

/** Runs a handler within the middlewares. */
export type Chain = (operation: Operation, handler: Next) => Promise<unknown>;

/**
 * Puts middlewares into the order of their stages; within a stage they keep the order given. The chain never throws:
 * what a middleware or a handler throws at once is a rejection like any other.
 */
export function composeChain(middlewares: readonly Middleware[]): Chain {
  const ordered = [...middlewares].sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
  return ordered.reduceRight<Chain>(
    (inner, middleware) => (operation, handler) =>
      promised(() => middleware.handle(operation, () => inner(operation, handler))),
    (_operation, handler) => promised(handler),
  );
}

/** Costs nothing where an async function would cost two promises, each of which passes through every async context. */
function promised(work: Next): Promise<unknown> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    // What was thrown is passed on as it is.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return Promise.reject(error);
  }
}
