/** Queries over the platform's streams, built from the contract. Free of Pulumi. */
export * from "./alert-query.js";
export * as promql from "./promql.js";
export * as sql from "./sql.js";
