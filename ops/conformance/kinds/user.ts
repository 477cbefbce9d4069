import { UserProvider } from "@o2cqrs/providers/user/provider";
import type { KindCase } from "../life-cycle.js";

export const user = (prefix: string): KindCase => ({
  kind: "User",
  provider: UserProvider,
  args: {
    email: `${prefix}u@example.com`,
    password: `${prefix}-First1!`,
    firstName: "first",
    lastName: "last",
  },
  changes: [
    { what: "firstName", args: { firstName: "second" }, expected: "update" },
    { what: "lastName", args: { lastName: "other" }, expected: "update" },
    { what: "password", args: { password: `${prefix}-Second2!` }, expected: "update" },
    { what: "email", args: { email: `${prefix}v@example.com` }, expected: "replace" },
  ],
  adopts: true,
});
