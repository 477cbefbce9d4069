export { type CacheUse, type Operation } from "./operation.js";
export {
  currentOperation,
  currentScope,
  type RequestContext,
  runInRequest,
  runInScope,
  type Scope,
} from "./scope.js";
