/** OpenObserve's REST API as Pulumi resources. */
export type { Comparison, ComparisonOperator, Condition } from "./base/condition.js";
export type { Inputs, StreamType, TakeOver } from "./base/inputs.js";
export type * from "./alert/args.js";
export type * from "./alert-destination/args.js";
export * from "./alert-destination/resource.js";
export type * from "./alert-template/args.js";
export * from "./alert-template/resource.js";
export type * from "./dashboard/args.js";
export type * from "./folder/args.js";
export * from "./folder/resource.js";
export type * from "./function/args.js";
export * from "./function/resource.js";
export type * from "./pipeline/args.js";
export type * from "./service-account/args.js";
export * from "./service-account/resource.js";
export type * from "./stream/args.js";
export * from "./stream/resource.js";
