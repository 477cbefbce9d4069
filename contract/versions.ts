/** OpenObserve releases: what is deployed unless told otherwise, and what the product is tested with. */
export const openObserveVersions = {
  default: "v0.90.3",
  tested: ["v0.60.5", "v0.90.3"],
  oldest: "v0.60.5",
  newest: "v0.92.2",
} as const;
