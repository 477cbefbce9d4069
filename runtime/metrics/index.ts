export { CqrsMetrics } from "./metrics.js";
export { contractViews, createMeterProvider } from "./provider.js";
