import { OpenObserve } from "@o2cqrs/providers/client";
import { UserProvider } from "../../../providers/user/provider.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

onEveryServer("A user", (on) => {
  const provider = new UserProvider(() => on().server);
  const [password, other] = ["Correct#horse1", "Battery#staple2"];

  test("signs in with the password, which an update rotates, and lives on over deploys and refreshes", async () => {
    const email = `${unique("Ada")}@example.com`;
    const first = await up(provider, { email, password, firstName: "Ada" });
    expect(first.id).toBe(email.toLowerCase());
    const { users } = on().server;
    expect(await users.signsIn(first.id, password)).toBe(true);
    expect((await up(provider, { email, password, firstName: "Ada" }, first)).did).toBe("none");

    const renamed = await up(provider, { email, password, firstName: "Ada", lastName: "L" }, first);
    expect(renamed).toMatchObject({ did: "update", diff: { diffs: ["lastName"] } });
    expect(await refresh(provider, renamed)).toEqual({ id: renamed.id, state: renamed.state });

    const rotated = await up(provider, { email, password: other, firstName: "Ada", lastName: "L" }, renamed);
    expect(rotated).toMatchObject({ did: "update", diff: { diffs: ["password"] } });
    expect(await users.signsIn(first.id, password)).toBe(false);
    expect(await users.signsIn(first.id, other)).toBe(true);

    await destroy(provider, rotated);
    expect(await refresh(provider, rotated)).toBeUndefined();
    await destroy(provider, rotated);
  });

  test("whose password was changed elsewhere is found by a refresh and given it back", async () => {
    const email = `${unique("eve")}@example.com`;
    const first = await up(provider, { email, password });
    await on().server.users.setPassword(email, other);
    const seen = await refresh(provider, first);
    expect(seen?.state.password).toBe("");
    expect(await up(provider, { email, password }, seen)).toMatchObject({ diff: { diffs: ["password"] } });
    expect(await on().server.users.signsIn(email, password)).toBe(true);
  });

  test("whose create was answered into the void is adopted by its password", async () => {
    const email = `${unique("crash")}@example.com`;
    await on().server.users.create({ email, first_name: "", last_name: "" }, password);
    expect((await up(provider, { email, password })).id).toBe(email);
  });

  test("that someone else made is refused until adopt says so, and then given the password", async () => {
    const email = `${unique("there")}@example.com`;
    await on().server.users.create({ email, first_name: "by", last_name: "" }, other);
    const refused = up(provider, { email, password });
    await expect(refused).rejects.toThrow(/differs in password, firstName[\s\S]*adopt: true/);
    await expect(refused).rejects.not.toThrow(password);
    await up(provider, { email, password, adopt: true });
    expect(await on().server.users.signsIn(email, password)).toBe(true);
    expect((await on().server.users.get(email))?.first_name).toBe("");
  });

  test("of another organisation becomes a member only with adopt, and leaves without being deleted there", async () => {
    // The server answers 200 to a create, and keeps the account's own names and password.
    const { connection, server } = on();
    const { identifier } = await server.organizations.create(unique("second").slice(0, 40));
    const second = new OpenObserve({ ...connection, organization: identifier });
    try {
      const there = new UserProvider(() => second);
      const email = `${unique("both")}@example.com`;
      const first = await up(provider, { email, password });
      const refused = up(there, { email, password: other, firstName: "B" });
      await expect(refused).rejects.toThrow(/another organisation.*password, firstName[\s\S]*adopt: true/);
      expect(await second.users.get(email)).toBeUndefined();
      // The server would delete the account of someone who is asked to leave where they are not.
      await second.users.delete(email);
      expect(await server.users.get(email)).toBeDefined();
      const member = await up(there, { email, password: other, firstName: "B", adopt: true });
      expect(await server.users.signsIn(email, other)).toBe(true);
      expect((await second.users.get(email))?.first_name).toBe("B");
      await destroy(there, member);
      expect(await refresh(there, member)).toBeUndefined();
      expect(await refresh(provider, first)).toBeDefined();
    } finally {
      await second.close();
    }
  });
});

describe("A user's arguments", () => {
  const check = (args: object) => failures(new UserProvider(), { password: "long enough", ...args });

  test.each(["nobody", "a.b@example.com", "x@example.com", "o'hara@example.com", "ab@x_y.com", "-ab@e.com"])(
    "refuse %s, which no server takes for an address",
    (email) => expect(check({ email })).toEqual([expect.stringMatching(/^email: must be an e-mail address/)]),
  );

  test.each(["ada.lovelace@example.co.uk", "a+b@example.com", "x.yz@1.museum"])("take %s", (email) =>
    expect(check({ email })).toEqual([]),
  );

  test("refuse a password that is too short, without telling it", () => {
    expect(check({ email: "ada@example.com", password: "s3cret" })).toEqual([
      "password: must have at least 8 characters",
    ]);
  });
});
