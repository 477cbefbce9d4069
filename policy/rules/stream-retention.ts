import { isKind, unknown } from "../resource.js";
import type { ResourceRule } from "../rule.js";

export const streamRetention: ResourceRule = {
  name: "stream-retention",
  description: "Every stream says how long its records are kept.",
  cure: "Give it `retentionDays`, or set o2cqrs:retentionDays.",
  check: (resource) => {
    if (!isKind(resource, "Stream")) return [];
    const { retentionDays: days } = resource.props;
    if (days === unknown) return [];
    return typeof days === "number" && days > 0 ? [] : ["the stream keeps its records for no stated time"];
  },
};
