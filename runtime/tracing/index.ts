export { ErrorTail } from "./error-tail.js";
export { RecordingSampler } from "./sampler.js";
