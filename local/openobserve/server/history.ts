import { failure, json, type Reply, type ReplyError } from "./reply.js";

/** The histories are read from a stream that exists only where the server reports on itself; here it does not. */
export const noTriggers = (kind: "alert" | "pipeline"): ReplyError =>
  failure(
    500,
    `Failed to get ${kind} history count: ErrorCode# {"code":20002,"inner":"triggers","message":"Search stream not found: triggers"}`,
  );

export const emptyHistory = (): Reply => json(200, { total: 0, from: 0, size: 100, hits: [] });
