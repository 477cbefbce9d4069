import { secretPlace } from "./hidden-secrets.js";
import { type ObjectKind, sent } from "./object-kind.js";

export const serviceAccounts: ObjectKind = {
  async list(server) {
    return (await server.serviceAccounts.list()).map(({ email, first_name, last_name }) => ({
      kind: "serviceAccount",
      key: email,
      body: { email, first_name: first_name ?? "", last_name: last_name ?? "" },
      overwrite: (body) => server.serviceAccounts.update(sent(body)),
    }));
  },
  async create(server, { body }) {
    // The new token belongs to nobody yet: o2cqrs up or token rotate hands one out.
    await server.serviceAccounts.create(sent(body));
  },
};

/** The role that people have; root is the server's own. */
const personRole = "admin";

/** People. The server tells no password, so whoever restores one where it is not gives it a new one. */
export const users: ObjectKind = {
  async list(server) {
    const people = (await server.users.list()).filter(({ role }) => role === personRole);
    return people.map(({ email, first_name, last_name }) => ({
      kind: "user",
      key: email,
      body: {
        email,
        first_name: first_name ?? "",
        last_name: last_name ?? "",
        password: secretPlace("user", email, "password"),
      },
      overwrite: (body) => server.users.rename(sent(body)),
    }));
  },
  async create(server, { body: { password, ...names } }) {
    await server.users.create(sent(names), String(password));
  },
};
