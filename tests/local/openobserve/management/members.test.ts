import { type Answer, basic, ServerUnderTest } from "./server-under-test.js";

const users = "/api/default/users";
const accounts = "/api/default/service_accounts";
const message = ({ body }: Answer): unknown => body.message;

describe.each(["0.60", "0.90"] as const)("Users, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => (server = await ServerUnderTest.startWithoutRows(version)));
  afterEach(() => server.stop());

  const ann = {
    email: "Ann@Example.com",
    password: "long-enough",
    first_name: "A",
    last_name: "B",
    role: "admin",
  };
  const signIn = async (secret: string): Promise<number> =>
    (await server.get("/api/default/streams", { authorization: basic("ann@example.com", secret) })).status;

  test("sign in with their address in any case, until they are removed", async () => {
    expect(message(await server.post(users, ann))).toBe("User saved successfully");
    expect(await signIn("long-enough")).toBe(200);
    expect(await signIn("wrong")).toBe(401);
    expect(message(await server.delete(`${users}/ann@example.com`))).toBe("User removed from organization");
    expect(await signIn("long-enough")).toBe(401);
    expect((await server.delete(`${users}/ann@example.com`)).status).toBe(404);
  });

  test.each([
    [{ role: "root" }, "Not allowed"],
    [{ role: "viewer" }, "Custom roles not allowed"],
    [{ password: "short" }, "Password must be at least 8 characters long"],
    [{ email: "no address" }, "Invalid Email address"],
    [{ email: "root@example.com" }, "User already exists"],
  ])("are refused with %j", async (change, text) => {
    const answer = await server.post(users, { ...ann, ...change });
    expect(answer.status).toBe(400);
    expect(message(answer)).toBe(text);
  });

  test("cannot be made twice, nor read one by one", async () => {
    await server.post(users, ann);
    expect(message(await server.post(users, ann))).toBe("User already exists");
    expect((await server.get(`${users}/ann@example.com`)).status).toBe(405);
    const { body } = await server.get(users);
    expect((body.data as { email: string }[]).map(({ email }) => email)).toEqual([
      "ann@example.com",
      "root@example.com",
    ]);
  });

  test("get a new password, after which the old one is refused", async () => {
    await server.post(users, ann);
    const change = { change_password: true, new_password: "another-one" };
    expect((await server.put(`${users}/ann@example.com`, change)).status).toBe(200);
    expect([await signIn("another-one"), await signIn("long-enough")]).toEqual([200, 401]);
    expect(message(await server.put(`${users}/ann@example.com`, {}))).toBe("No changes to update");
  });

  test("belong to an organisation, and are added to others", async () => {
    await server.post(users, ann);
    const { body } = await server.post("/api/organizations", { name: "other" });
    const streams = `/api/${body.identifier}/streams`;
    const authorization = basic("ann@example.com", "long-enough");
    expect((await server.get(streams, { authorization })).status).toBe(401);
    const add = `/api/${body.identifier}/users/ann@example.com`;
    expect((await server.post(add, { role: "admin" })).status).toBe(200);
    expect((await server.get(streams, { authorization })).status).toBe(200);
    expect((await server.post(add, { role: "admin" })).status).toBe(409);
  });

  test("named root are never removed", async () => {
    expect((await server.delete(`${users}/root@example.com`)).status).toBe(403);
  });
});

describe.each(["0.60", "0.90"] as const)("Service accounts, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => (server = await ServerUnderTest.startWithoutRows(version)));
  afterEach(() => server.stop());

  const ci = { email: "ci@example.com", first_name: "ci", last_name: "bot" };
  const rotate = async () =>
    (await server.put(`${accounts}/${ci.email}?rotateToken=true`, {})).body.token as string;
  const signIn = async (token: string): Promise<number> =>
    (await server.get("/api/default/streams", { authorization: basic(ci.email, token) })).status;

  test("tell their token on reading on the older server, on making and rotating only on the newer", async () => {
    const { body } = await server.post(accounts, ci);
    const read = await server.get(`${accounts}/${ci.email}`);
    if (version === "0.60") {
      expect(body).toEqual({ code: 200, message: "User saved successfully" });
      expect(read.body).toEqual({ token: expect.any(String), user: ci.email });
    } else {
      expect(body).toMatchObject({
        message: "User saved successfully",
        token: expect.any(String),
        user: ci.email,
      });
      expect(read.status).toBe(405);
    }
    const token = (version === "0.60" ? read.body : body).token as string;
    expect(await signIn(token)).toBe(200);
  });

  test("show no whole token in the list", async () => {
    await server.post(accounts, ci);
    const token = await rotate();
    const { body } = await server.get(accounts);
    expect(JSON.stringify(body)).not.toContain(token);
    expect(body.data[0].token).toBe(version === "0.60" ? undefined : `${token.slice(0, 4)}********`);
  });

  test("are locked out with their old token when it is rotated", async () => {
    await server.post(accounts, ci);
    const old = await rotate();
    const fresh = await rotate();
    expect([await signIn(old), await signIn(fresh)]).toEqual([401, 200]);
  });

  test("may do everything in their organisation", async () => {
    await server.post(accounts, ci);
    const authorization = basic(ci.email, await rotate());
    const create = await server.post(
      "/api/default/streams/s",
      { fields: [], settings: {} },
      { authorization },
    );
    expect(create.status).toBe(200);
  });

  test("are renamed, made once and deleted once", async () => {
    await server.post(accounts, ci);
    expect(message(await server.post(accounts, ci))).toBe("User already exists");
    await server.put(`${accounts}/${ci.email}`, { first_name: "new" });
    expect((await server.get(accounts)).body.data[0]).toMatchObject({ first_name: "new", last_name: "bot" });
    expect((await server.delete(`${accounts}/${ci.email}`)).status).toBe(200);
    expect((await server.delete(`${accounts}/${ci.email}`)).status).toBe(404);
  });
});

describe("Saved views and the key-value store", () => {
  let server: ServerUnderTest;
  beforeAll(async () => (server = await ServerUnderTest.startWithoutRows("0.90")));
  afterAll(() => server.stop());

  const views = "/api/default/savedviews";

  test("views have names that repeat, an error of the store when missing, and 200 on a second delete", async () => {
    const { body } = await server.post(views, { data: { a: 1 }, view_name: "v" });
    await server.post(views, { data: 2, view_name: "v" });
    expect((await server.get(views)).body.views).toHaveLength(2);
    await server.put(`${views}/${body.view_id}`, { data: { a: 2 }, view_name: "w" });
    expect((await server.get(`${views}/${body.view_id}`)).body).toMatchObject({
      data: { a: 2 },
      view_name: "w",
    });
    expect((await server.delete(`${views}/${body.view_id}`)).status).toBe(200);
    expect((await server.delete(`${views}/${body.view_id}`)).status).toBe(200);
    expect((await server.get(`${views}/${body.view_id}`)).status).toBe(400);
  });

  test("values are texts under keys", async () => {
    await server.post("/api/default/kv/k", "hello", { headers: { "content-type": "text/plain" } });
    expect((await server.get("/api/default/kv/k")).body).toBe("hello");
    expect((await server.get("/api/default/kv")).body).toEqual(["k"]);
    await server.delete("/api/default/kv/k");
    expect((await server.get("/api/default/kv")).body).toEqual([]);
  });
});
