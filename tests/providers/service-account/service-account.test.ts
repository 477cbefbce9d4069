import { OpenObserve } from "@o2cqrs/providers/client";
import { ServiceAccountProvider } from "../../../providers/service-account/provider.js";
import { mayStillBe } from "../../../providers/service-account/rules.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

onEveryServer("A service account", (on, version) => {
  const provider = new ServiceAccountProvider(() => on().server);
  const readableAgain = version === "0.60";

  /** Whether the server lets the account in with this token. */
  async function works(email: string, token: unknown): Promise<boolean> {
    const { url, organization } = on().connection;
    const credential = { kind: "basic", user: email, password: String(token) } as const;
    const account = new OpenObserve({ url, organization, credential });
    try {
      return await account.folders.list("alerts").then(
        () => true,
        () => false,
      );
    } finally {
      await account.close();
    }
  }

  let warned: jest.SpyInstance;
  beforeEach(() => (warned = jest.spyOn(console, "warn").mockImplementation(() => undefined)));
  afterEach(() => warned.mockRestore());

  test("gives a token that works, and keeps it over deploys, updates and refreshes", async () => {
    const email = `${unique("Life")}@example.com`;
    const first = await up(provider, { email, firstName: "ci" });
    expect(first.id).toBe(email.toLowerCase());
    expect(await works(first.id, first.state.token)).toBe(true);
    expect((await up(provider, { email, firstName: "ci" }, first)).did).toBe("none");
    const second = await up(provider, { email, firstName: "ci", lastName: "bot" }, first);
    expect(second).toMatchObject({ did: "update", diff: { diffs: ["lastName"] } });
    const after = await refresh(provider, second);
    expect(after?.state.token).toBe(first.state.token);
    expect(await works(first.id, after?.state.token)).toBe(true);
    expect(warned).not.toHaveBeenCalled();
    await destroy(provider, second);
    expect(await refresh(provider, second)).toBeUndefined();
    await destroy(provider, second);
  });

  test("rotates its token when the rotation argument changes, and the old one stops working", async () => {
    const email = `${unique("rotate")}@example.com`;
    const first = await up(provider, { email, rotation: "1" });
    const second = await up(provider, { email, rotation: "2" }, first);
    expect(second.state.token).not.toBe(first.state.token);
    expect(await works(email, second.state.token)).toBe(true);
    expect(await works(email, first.state.token)).toBe(false);
  });

  test("whose create was answered into the void is adopted, with a token that works", async () => {
    const email = `${unique("crash")}@example.com`;
    await on().server.serviceAccounts.create({ email, first_name: "", last_name: "" });
    const adopted = await up(provider, { email });
    expect(await works(email, adopted.state.token)).toBe(true);
    if (readableAgain) expect(warned).not.toHaveBeenCalled();
    else
      expect(warned).toHaveBeenCalledWith(expect.stringMatching(/cannot be read .* again, so it is rotated/));
  });

  test("whose token is lost gets a new one by the next deploy", async () => {
    const email = `${unique("lost")}@example.com`;
    const first = await up(provider, { email });
    const repaired = await up(provider, { email }, { id: first.id, state: { ...first.state, token: "" } });
    expect(repaired).toMatchObject({ did: "update", diff: { diffs: ["token"] } });
    expect(await works(email, repaired.state.token)).toBe(true);
  });

  test("that exists and differs is refused until adopt says so", async () => {
    const email = `${unique("there")}@example.com`;
    await on().server.serviceAccounts.create({ email, first_name: "by", last_name: "hand" });
    await expect(up(provider, { email })).rejects.toThrow(/differs in firstName, lastName[\s\S]*adopt: true/);
    await up(provider, { email, adopt: true });
    expect((await on().server.serviceAccounts.get(email))?.first_name).toBe("");
  });
});

describe("A service account's token", () => {
  test("is known to be rotated elsewhere by the characters that the server shows", () => {
    expect(mayStillBe("azUTsecret", "azUT********")).toBe(true);
    expect(mayStillBe("othersecret", "azUT********")).toBe(false);
    expect(mayStillBe("azUTsecret", undefined)).toBe(true);
  });
});

describe("A service account's arguments", () => {
  test("need an e-mail address", () => {
    expect(failures(new ServiceAccountProvider(), { email: "nobody" })).toEqual([
      expect.stringMatching(/^email: /),
    ]);
  });
});
