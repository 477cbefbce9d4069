import { OrganizationProvider } from "@o2cqrs/providers/organization/provider";
import type { KindCase } from "../life-cycle.js";

/** All runs share one, as it stays: in the end it has the name again that it is found by. */
export const organization = (): KindCase => ({
  kind: "Organization",
  provider: OrganizationProvider,
  args: { name: "o2cqrs conformance other" },
  changes: [{ what: "name", args: { name: "o2cqrs conformance renamed" }, expected: "update" }],
  adopts: false,
  stays: true,
});
