/** How urgent an alert is; routing and templates depend on it. */
export const severities = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof severities)[number];
