/** OpenObserve's REST API as Pulumi resources. */
export type { Condition, Comparison, ComparisonOperator } from "./base/condition.js";
export type { Inputs, StreamType, TakeOver } from "./base/inputs.js";
export type * from "./alert/args.js";
export type * from "./alert-destination/args.js";
export type * from "./alert-template/args.js";
export type * from "./dashboard/args.js";
export type * from "./folder/args.js";
export type * from "./function/args.js";
export type * from "./pipeline/args.js";
export type * from "./service-account/args.js";
export type * from "./stream/args.js";
