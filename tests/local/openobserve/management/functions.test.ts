import { ServerUnderTest } from "./server-under-test.js";

const functions = "/api/default/functions";

describe.each(["0.60", "0.90"] as const)("Functions, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => (server = await ServerUnderTest.startWithoutRows(version)));
  afterEach(() => server.stop());

  const create = (name: string, source: string) =>
    server.post(functions, { name, function: source, params: "row", transType: 0 });
  const stored = async (name: string) => {
    const { body } = await server.get(functions);
    return (body.list as { name: string; function: string; numArgs: number }[]).find(
      (each) => each.name === name,
    );
  };

  test("are kept with an end in the event, without outer blanks, and with their arguments counted", async () => {
    expect((await create("f", "  .a = 1 ")).body.message).toBe("Function saved successfully");
    expect(await stored("f")).toMatchObject({ function: ".a = 1 \n .", numArgs: 1 });
  });

  test("are not readable one by one: that answers the pipelines that use them", async () => {
    await create("f", ".");
    expect((await server.get(`${functions}/f`)).body).toEqual({ list: [] });
    expect((await server.get(`${functions}/no_such`)).body).toEqual({ list: [] });
  });

  test("cannot be made twice", async () => {
    await create("f", ".");
    expect(await create("f", ".")).toMatchObject({
      status: 400,
      body: { message: "Function already exist" },
    });
  });

  test.each([
    ["if (.user_email) {\n .x = 1\n}\n.", "error[E102]"],
    [".a = = 1", "error[E203]"],
    [".a = to_int(.b)\n.", "error[E103]"],
    [".a = no_such_fn(.b)\n.", "error[E105]"],
  ])("that do not compile are refused with VRL's diagnostic: %j", async (source, code) => {
    const answer = await create("bad", source);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/^\n/);
    expect(answer.body.message).toContain(code);
    expect(await stored("bad")).toBeUndefined();
  });

  test("answer the function instead of the message when an update changes nothing", async () => {
    await create("f", ".a = 1\n.");
    const same = { name: "f", function: ".a = 1\n.", params: "row", transType: 0 };
    expect((await server.put(`${functions}/f`, same)).body).toMatchObject({
      function: ".a = 1\n.",
      name: "f",
    });
    const changed = await server.put(`${functions}/f`, { ...same, function: ".a = 2\n." });
    expect(changed.body.message).toBe("Function saved successfully");
    expect((await stored("f"))?.function).toBe(".a = 2\n.");
    expect((await server.put(`${functions}/ghost`, same)).status).toBe(404);
  });

  test("are not renamed by an update with another name: that makes a second one", async () => {
    await create("f", ".a = 1\n.");
    await server.put(`${functions}/f`, { name: "g", function: ".a = 2\n.", transType: 0 });
    expect(await stored("f")).toBeDefined();
    expect(await stored("g")).toBeDefined();
  });

  test("may have any name, and one with a slash is deleted by %2F", async () => {
    await create("a/b", ".");
    expect((await server.delete(`${functions}/a/b`)).status).toBe(404);
    expect((await server.delete(`${functions}/a%2Fb`)).body.message).toBe("Function deleted");
  });

  test("take transType, not trans_type; in JavaScript they belong to _meta only", async () => {
    const snake = await server.post(functions, { name: "s", function: ".a = 1", trans_type: 1 });
    expect(snake.status).toBe(200);
    const js = await server.post(functions, { name: "j", function: "row.a = 1", transType: 1 });
    expect(js.body.message).toContain("JavaScript functions are only allowed in the '_meta' organization");
    expect((await server.post(functions, { name: "t", function: ".", transType: 7 })).status).toBe(400);
  });

  describe("tried on events", () => {
    const run = (source: string, events: unknown[], more = {}) =>
      server.post(`${functions}/test`, { function: source, events, ...more });

    test("answer each event as it comes out, and tell per event what failed", async () => {
      const { body } = await run(".a = to_int!(.b)\n.", [{ b: "7" }, { b: "x" }]);
      expect(body.results[0]).toEqual({ message: "", event: { a: 7, b: "7" } });
      expect(body.results[1].message).toContain("vrl runtime error");
      expect(body.results[1].event).toEqual({ b: "x" });
    });

    test("mask with the groups of a regular expression", async () => {
      const source = ".m = replace!(.m, r'^(.).*(@.*)$', \"$1***$2\")\n.";
      const { body } = await run(source, [{ m: "john@example.com" }]);
      expect(body.results[0].event).toEqual({ m: "j***@example.com" });
    });

    test("are taken for JavaScript unless trans_type says otherwise", async () => {
      const source = "if exists(.a) {\n .x = 1\n}\n.";
      expect((await run(source, [{ a: 1 }])).status).toBe(400);
      expect((await run(source, [{ a: 1 }], { transType: 0 })).status).toBe(400);
      expect((await run(source, [{ a: 1 }], { trans_type: 0 })).body.results[0].event).toEqual({
        a: 1,
        x: 1,
      });
    });

    test("need events", async () => {
      expect((await server.post(`${functions}/test`, { function: "." })).body).toContain(
        "missing field `events`",
      );
    });
  });
});
