import { gzipSync } from "node:zlib";

import { basic, root, ServerUnderTest } from "./server-under-test.js";

describe.each(["0.60", "0.90"] as const)("Signing in, version %s", (version) => {
  let server: ServerUnderTest;
  beforeAll(async () => (server = await ServerUnderTest.start(version)));
  afterAll(() => server.stop());

  const streams = "/api/default/streams";

  test("works with Basic, whose name is case-sensitive", async () => {
    expect((await server.get(streams)).status).toBe(200);
    const lower = basic(root.email, root.password).replace("Basic", "basic");
    expect(await server.get(streams, { authorization: lower })).toMatchObject({ status: 401 });
  });

  test("without a header is refused as JSON", async () => {
    const answer = await server.get(streams, { authorization: null });
    expect(answer).toMatchObject({ status: 401, body: { code: 401, message: "Unauthorized Access" } });
  });

  test("with a wrong password is refused as text without a content type", async () => {
    const answer = await server.get(streams, { authorization: basic(root.email, "wrong") });
    expect(answer).toMatchObject({ status: 401, body: "Unauthorized Access" });
    expect(answer.headers["content-type"]).toBeUndefined();
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="openobserve"');
  });

  test("with any bearer token is not supported in this edition, not even with a right one", async () => {
    const { body } = await server.get("/api/default/passcode");
    const answer = await server.get(streams, { authorization: `Bearer ${body.data.passcode}` });
    expect(answer).toMatchObject({ status: 401, body: "Not Supported" });
  });

  test("with the ingest token opens ingest and nothing else", async () => {
    const { body } = await server.get("/api/default/passcode");
    const authorization = basic(root.email, body.data.passcode as string);
    expect((await server.get(streams, { authorization })).status).toBe(401);
    const ingest = await server.post("/api/default/by_token/_json", [{ a: 1 }], { authorization });
    expect(ingest.status).toBe(200);
  });

  test("with a rotated ingest token no longer works with the old one", async () => {
    const { body: old } = await server.get("/api/default/passcode");
    const { body: fresh } = await server.put("/api/default/passcode");
    expect(fresh.data.passcode).not.toBe(old.data.passcode);
    const authorization = basic(root.email, old.data.passcode as string);
    expect((await server.post("/api/default/x/_json", [{}], { authorization })).status).toBe(401);
  });

  test("comes before the path: an unknown one is 401 without credentials and 404 with them", async () => {
    expect((await server.get("/api/default/no/such", { authorization: null })).status).toBe(401);
    expect((await server.get("/api/default/no/such")).status).toBe(404);
  });

  test("needs no credentials for health and configuration", async () => {
    expect(await server.get("/healthz", { authorization: null })).toMatchObject({ body: { status: "ok" } });
    const { body } = await server.get("/config", { authorization: null });
    expect(body).toMatchObject({ build_type: "opensource", timestamp_column: "_timestamp" });
    expect(body.version).toMatch(version === "0.60" ? /^v0\.60\./ : /^v0\.90\./);
  });
});

describe.each(["0.60", "0.90"] as const)("Organisations, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => (server = await ServerUnderTest.start(version)));
  afterEach(() => server.stop());

  const identifiers = async (): Promise<string[]> => {
    const { body } = await server.get("/api/organizations");
    return (body.data as { identifier: string }[]).map(({ identifier }) => identifier);
  };

  test("that are unknown are 404 for management and made by ingest", async () => {
    const refused = { status: 404, body: "Organization not found" };
    expect(await server.get("/api/new_one/streams")).toMatchObject(refused);
    const create = { fields: [], settings: {} };
    expect(await server.post("/api/new_one/streams/s", create)).toMatchObject(refused);
    expect(await identifiers()).toEqual(["default"]);
    expect((await server.post("/api/new_one/s/_json", [{ a: 1 }])).status).toBe(200);
    expect(await identifiers()).toEqual(["default", "new_one"]);
  });

  test("come into being by a wrong OTLP path, which answers an empty 404", async () => {
    for (const path of ["/otlp/v1/logs", "/v1/traces", "/api/default/otlp/v1/metrics"])
      expect(await server.post(path, {})).toMatchObject({ status: 404, body: "" });
    const made = version === "0.60" ? ["api", "default", "otlp", "v1"] : ["default", "otlp", "v1"];
    expect(await identifiers()).toEqual(made);
  });

  test("have names that repeat and identifiers that do not, and are renamed but never deleted", async () => {
    const first = await server.post("/api/organizations", { name: "team a" });
    const second = await server.post("/api/organizations", { name: "team a" });
    expect(first.body.identifier).not.toBe(second.body.identifier);
    const path = `/api/${first.body.identifier}/rename`;
    expect(await server.put(path, { new_name: "team b" })).toMatchObject({ body: { name: "team a" } });
    const { body } = await server.get("/api/organizations");
    const names = (body.data as { name: string }[]).map(({ name }) => name).sort();
    expect(names).toEqual(["default", "team a", "team b"]);
    expect((await server.delete(`/api/organizations/${first.body.identifier}`)).status).toBe(404);
  });

  test("keep their settings", async () => {
    await server.post("/api/default/settings", { scrape_interval: 30, no_such: 1 });
    const { body } = await server.get("/api/default/settings");
    expect(body.data.scrape_interval).toBe(30);
    expect(body.data).not.toHaveProperty("no_such");
  });
});

describe("The server's three shapes of errors", () => {
  let server: ServerUnderTest;
  beforeAll(async () => (server = await ServerUnderTest.start("0.90", { bodyLimitBytes: 1000 })));
  afterAll(() => server.stop());

  const stream = "/api/default/streams/shapes";

  test("JSON from a handler, with the status repeated in the body", async () => {
    const answer = await server.get("/api/default/streams/none/schema");
    expect(answer.body).toEqual({ code: 404, message: "stream not found" });
    expect(answer.headers["x-api-node"]).toBeDefined();
  });

  test("text from the framework, which says where in the body the mistake is", async () => {
    const typed = await server.post(stream, '{"fields": [], "settings": {"data_retention": "7d"}}');
    expect(typed.status).toBe(422);
    expect(typed.body).toBe(
      'Failed to deserialize the JSON body into the target type: settings.data_retention: invalid type: string "7d", expected i64 at line 1 column 50',
    );
    const broken = await server.post(stream, '{"fields": [}');
    expect(broken.status).toBe(400);
    expect(broken.body).toBe("Failed to parse the request body as JSON: expected value at line 1 column 13");
    const plain = await server.post(stream, "{}", { headers: { "content-type": "text/plain" } });
    expect(plain.status).toBe(415);
  });

  test("nothing at all for an unknown path, a wrong method and an unknown encoding", async () => {
    expect(await server.get("/api/default/nothing/here")).toMatchObject({ status: 404, body: "" });
    const method = await server.post("/api/default/streams", {});
    expect(method).toMatchObject({ status: 405, body: "", headers: { allow: "GET,HEAD" } });
    const zstd = await server.post(stream, {}, { headers: { "content-encoding": "zstd" } });
    expect(zstd).toMatchObject({ status: 415, body: "" });
  });

  test("no answer where the real handler panics: a function whose transType is null", async () => {
    const body = { name: "f", function: ".", transType: null };
    expect(await server.post("/api/default/functions", body)).toMatchObject({ status: 0 });
    expect((await server.get("/healthz")).status).toBe(200);
  });

  test("packed bodies are unpacked, and held to the limit once they are", async () => {
    const gzip = { headers: { "content-encoding": "gzip" } };
    const body = { name: "packed", function: ".a = 1\n.", transType: 0 };
    expect((await server.post("/api/default/functions", gzipSync(JSON.stringify(body)), gzip)).status).toBe(
      200,
    );
    expect((await server.post("/api/default/functions", gzipSync(" ".repeat(2000)), gzip)).status).toBe(413);
    expect((await server.post("/api/default/functions", " ".repeat(2000))).status).toBe(413);
    expect((await server.post("/api/default/functions", Buffer.from("no gzip"), gzip)).status).toBe(400);
  });

  test("what the stand-in does not have is 501 and named; what the real server does not have is 404 or 403", async () => {
    const missing = await server.post("/api/default/slos", {});
    expect(missing.status).toBe(501);
    expect(missing.body.message).toContain("service-level objectives");
    expect((await server.get("/api/default/cipher_keys")).status).toBe(404);
    expect(await server.get("/api/default/roles")).toMatchObject({
      status: 403,
      body: { message: "Not Supported" },
    });
  });
});
