import { ServiceAccountProvider } from "@o2cqrs/providers/service-account/provider";
import type { KindCase } from "../life-cycle.js";

export const serviceAccount = (prefix: string): KindCase => ({
  kind: "ServiceAccount",
  provider: ServiceAccountProvider,
  args: { email: `${prefix}@o2cqrs.internal`, firstName: "first", lastName: "last" },
  changes: [
    { what: "firstName", args: { firstName: "second" }, expected: "update" },
    { what: "lastName", args: { lastName: "other" }, expected: "update" },
    { what: "rotation", args: { rotation: "again" }, expected: "update" },
    { what: "email", args: { email: `${prefix}b@o2cqrs.internal` }, expected: "replace" },
  ],
  adopts: true,
});
