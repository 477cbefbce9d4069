import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { refusedByGuard } from "../../../../local/openobserve/destinations/guard.js";
import { type Answer, ServerUnderTest } from "./server-under-test.js";

const templates = "/api/default/alerts/templates";
const destinations = "/api/default/alerts/destinations";
const message = ({ body }: Answer): unknown => body.message;

describe.each(["0.60", "0.90"] as const)("Templates, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => (server = await ServerUnderTest.startWithoutRows(version)));
  afterEach(() => server.stop());

  test("answer with id and name, and are listed bare, among those the server makes itself", async () => {
    const { body } = await server.post(templates, { name: "t", body: "{}", type: "http" });
    expect(body).toMatchObject({ code: 200, message: "Template saved", name: "t" });
    expect(body.id).toMatch(/^[0-9A-Za-z]{27}$/);
    const names = ((await server.get(templates)).body as { name: string }[]).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("prebuilt_"))).toHaveLength(8);
    expect(names.at(-1)).toBe("t");
  });

  test("that exist are refused with 400, not 409", async () => {
    await server.post(templates, { name: "t", body: "{}" });
    const again = await server.post(templates, { name: "t", body: "{}" });
    expect(again.status).toBe(400);
    expect(message(again)).toBe("Template with the same name already exists");
  });

  test("are defaults in the organisation default, whatever was sent, and seen by all others", async () => {
    await server.post(templates, { name: "t", body: "{}", isDefault: false });
    expect((await server.get(`${templates}/t`)).body.isDefault).toBe(true);
    const { body } = await server.post("/api/organizations", { name: "other" });
    const other = `/api/${body.identifier}/alerts/templates`;
    expect((await server.get(`${other}/t`)).status).toBe(200);
    await server.post(other, { name: "own", body: "{}", isDefault: true });
    expect((await server.get(`${other}/own`)).body.isDefault).toBeNull();
  });

  test("of another organisation are kept while default uses one of the same name", async () => {
    const { body } = await server.post("/api/organizations", { name: "other" });
    const other = `/api/${body.identifier}/alerts/templates`;
    await server.post(other, { name: "t", body: "{}" });
    await server.post(templates, { name: "t", body: "{}" });
    await server.post(destinations, { name: "d", url: "http://example.com", template: "t" });
    const refused = await server.delete(`${other}/t`);
    expect(refused.status).toBe(409);
    expect(message(refused)).toBe("Template is in use for destination d");
    await server.delete(`${destinations}/d`);
    expect((await server.delete(`${other}/t`)).status).toBe(200);
  });

  test.each([
    [{ name: "t", body: "" }, "Template body cannot be empty"],
    [{ name: "t", body: "x", type: "email" }, "Email Template cannot have empty title"],
    [{ name: "a b", body: "x" }, "Template name cannot contain"],
    [{ body: "x" }, "Template name cannot be empty"],
  ])("are refused: %j", async (body, text) => {
    const answer = await server.post(templates, body);
    expect(answer.status).toBe(400);
    expect(message(answer)).toContain(text);
  });

  test("have a text as their body, any text", async () => {
    expect((await server.post(templates, { name: "t", body: { a: 1 } })).body).toContain(
      "body: invalid type: map, expected a string",
    );
    expect((await server.post(templates, { name: "t", body: "plain {alert_name}" })).status).toBe(200);
  });

  test("are not renamed: the name in the path wins", async () => {
    await server.post(templates, { name: "t", body: "{}" });
    expect((await server.put(`${templates}/t`, { name: "u", body: "new" })).status).toBe(200);
    expect((await server.get(`${templates}/t`)).body.body).toBe("new");
    expect((await server.get(`${templates}/u`)).status).toBe(404);
    expect((await server.put(`${templates}/u`, { name: "u", body: "new" })).status).toBe(404);
  });

  test("in use by a destination are not deleted: 409; unknown ones are 404", async () => {
    await server.post(templates, { name: "t", body: "{}" });
    await server.post(destinations, { name: "d", url: "http://example.com", template: "t" });
    const refused = await server.delete(`${templates}/t`);
    expect(refused.status).toBe(409);
    expect(message(refused)).toBe("Template is in use for destination d");
    await server.delete(`${destinations}/d`);
    expect((await server.delete(`${templates}/t`)).status).toBe(200);
    expect((await server.delete(`${templates}/t`)).status).toBe(404);
  });
});

describe.each(["0.60", "0.90"] as const)("Destinations, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => {
    server = await ServerUnderTest.startWithoutRows(version);
    await server.post(templates, { name: "t", body: "{}" });
  });
  afterEach(() => server.stop());

  const hook = { name: "d", url: "http://127.0.0.1:9/hook", method: "post", template: "t", type: "http" };

  test("on a private address are saved all the same", async () => {
    expect((await server.post(destinations, hook)).body).toMatchObject({
      message: "Destination saved",
      name: "d",
    });
    expect((await server.get(`${destinations}/d`)).body).toEqual({
      name: "d",
      url: "http://127.0.0.1:9/hook",
      method: "post",
      skip_tls_verify: false,
      template: "t",
      emails: [],
      type: "http",
      metadata: {},
    });
  });

  test("need a template, and silently lose one that does not exist", async () => {
    const bare = { ...hook, template: undefined };
    expect(message(await server.post(destinations, bare))).toBe("Alert destination must have a template");
    expect((await server.post(destinations, { ...hook, template: "ghost" })).status).toBe(200);
    expect((await server.get(`${destinations}/d`)).body).not.toHaveProperty("template");
  });

  test("of a pipeline need none", async () => {
    const remote = { name: "r", url: "http://example.com", type: "http", output_format: "json" };
    expect((await server.post(`${destinations}?module=pipeline`, remote)).status).toBe(200);
    const only = async (module: string): Promise<unknown> =>
      (await server.get(`${destinations}?module=${module}`)).body.length;
    expect([await only("pipeline"), await only("alert")]).toEqual([1, 0]);
  });

  test.each([
    [{ url: "" }, 400, "HTTP destination must have a url"],
    [{ name: "a/b" }, 400, "Destination name cannot contain"],
    [{ type: "email", emails: [] }, 400, "must have at least one email recipient"],
    [{ type: "email", emails: ["root@example.com"] }, 400, "must have SMTP configured"],
    [{ method: "POST" }, 422, "unknown variant `POST`, expected one of `post`, `put`, `get`"],
  ])("are refused with %j", async (change, status, text) => {
    const answer = await server.post(destinations, { ...hook, ...change });
    expect(answer.status).toBe(status);
    expect(typeof answer.body === "string" ? answer.body : message(answer)).toContain(text);
  });

  test("that exist are 400, and are not renamed", async () => {
    await server.post(destinations, hook);
    expect(message(await server.post(destinations, hook))).toContain("same name already exists");
    await server.put(`${destinations}/d`, { ...hook, name: "e", headers: { "X-A": "1" } });
    expect((await server.get(`${destinations}/d`)).body.headers).toEqual({ "X-A": "1" });
    expect((await server.get(`${destinations}/e`)).status).toBe(404);
  });

  describe("when tested", () => {
    let receiver: Server;
    let url: string;
    const received: string[] = [];
    beforeAll(async () => {
      receiver = createServer((request, response) => {
        request.on("data", (chunk: Buffer) => received.push(chunk.toString()));
        request.on("end", () => response.end("thanks"));
      });
      await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    });
    afterAll(() => new Promise((resolve) => receiver.close(resolve)));

    test("refuse a loopback address with 200 and success false", async () => {
      const { status, body } = await server.post(`${destinations}/test`, { url, method: "post", body: "{}" });
      expect(status).toBe(200);
      expect(body).toMatchObject({ success: false, statusCode: null });
      expect(body.error).toContain("Server-Side Request Forgery");
      expect(received).toEqual([]);
    });

    test("really send once loopback is allowed, which only the newer server can be told", async () => {
      const open = await ServerUnderTest.startWithoutRows(version, { allowLoopbackDestinations: true });
      try {
        const { body } = await open.post(`${destinations}/test`, { url, method: "post", body: "hello" });
        expect(body.success).toBe(version === "0.90");
        if (version === "0.90") {
          expect(body).toEqual({ success: true, statusCode: 200, responseBody: "thanks", error: null });
          expect(received).toEqual(["hello"]);
        }
      } finally {
        await open.stop();
      }
    });
  });
});

describe("The guard against requests into one's own network", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.8.9.1/",
    "http://[::1]/",
    "http://10.1.2.3/",
    "http://172.31.0.1/",
    "http://192.168.0.1:8080/x",
    "http://169.254.169.254/latest",
    "http://100.64.0.1/",
    "http://[fd00::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://localhost:9/",
    "http://alertmanager.monitoring.svc.cluster.local/",
    "http://metadata.google.internal/",
    "http://printer.lan/",
    "ftp://example.com/",
    "not a url",
  ])("refuses %s", (url) => expect(refusedByGuard(url, false)).toBeDefined());

  test.each(["https://hooks.slack.com/x", "http://8.8.8.8/", "http://172.32.0.1/", "http://[2606:4700::1]/"])(
    "lets %s pass",
    (url) => expect(refusedByGuard(url, false)).toBeUndefined(),
  );

  test("lets loopback pass where that is allowed, and nothing else", () => {
    for (const url of ["http://127.0.0.1:9/", "http://localhost/", "http://[::1]/"])
      expect(refusedByGuard(url, true)).toBeUndefined();
    expect(refusedByGuard("http://10.0.0.1/", true)).toBeDefined();
  });
});
