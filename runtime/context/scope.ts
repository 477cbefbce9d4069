import { AsyncLocalStorage } from "node:async_hooks";
import { type Operation } from "./operation.js";
import { newUuid } from "./uuid.js";

/** Facts about the request that is being served; they stand in every log record written meanwhile. */
export interface RequestContext {
  readonly requestId: string;
  readonly tenant?: string | undefined;
  /** An opaque id, never an e-mail address. */
  readonly userId?: string | undefined;
}

/** What is known wherever the work of a request is done. */
export interface Scope {
  readonly request: RequestContext;
  /** The innermost command, query or event under way. */
  readonly operation?: Operation | undefined;
}

// The CommonJS and the ES module build may both be loaded in one process; they must see the same scope.
const key = Symbol.for("openobserve-cqrs.scope");
const shared: { [key]?: AsyncLocalStorage<Scope> | undefined } = globalThis as object;
const storage = (shared[key] ??= new AsyncLocalStorage<Scope>());

export const currentScope = (): Scope | undefined => storage.getStore();

export const currentOperation = (): Operation | undefined => storage.getStore()?.operation;

/** Runs a function, and all it starts, within a scope. */
export function runInScope<Result>(scope: Scope, run: () => Result): Result {
  return storage.run(scope, run);
}

/**
 * Runs a function as the work of a request.
 * @param request what is known of it; without a `requestId` one is made
 */
export function runInRequest<Result>(request: Partial<RequestContext>, run: () => Result): Result {
  return storage.run({ request: { requestId: newUuid(), ...request } }, run);
}
