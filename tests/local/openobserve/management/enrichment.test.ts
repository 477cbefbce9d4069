import fc from "fast-check";

import { parseCsv } from "../../../../local/openobserve/enrichment/csv.js";
import { type Answer, ServerUnderTest } from "./server-under-test.js";

describe("Comma-separated values", () => {
  test.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a,b\r\n1,\r\n",
      [
        ["a", "b"],
        ["1", ""],
      ],
    ],
    ['a\n"x, ""y""\nz"\n', [["a"], ['x, "y"\nz']]],
    ["\uFEFFa\n\n1", [["a"], ["1"]]],
    ["", []],
  ])("%j", (text, records) => expect(parseCsv(text)).toEqual(records));

  test("that are not a table are refused", () => {
    expect(() => parseCsv("a,b\n1\n")).toThrow(
      "found record with 1 fields, but the previous record has 2 fields",
    );
  });

  test("of any texts, quoted, come back as they were", () => {
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(fc.string(), { minLength: width, maxLength: width })));
    fc.assert(
      fc.property(table, (records) => {
        const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;
        const text = records.map((record) => record.map(quote).join(",")).join("\n");
        expect(parseCsv(text)).toEqual(records);
      }),
    );
  });
});

describe("Enrichment tables", () => {
  let server: ServerUnderTest;
  beforeAll(async () => (server = await ServerUnderTest.start("0.90")));
  afterAll(() => server.stop());

  async function upload(csv: string, query = ""): Promise<Answer> {
    const form = new FormData();
    form.set("file", new Blob([csv]), "table.csv");
    const packed = new Response(form);
    const body = Buffer.from(await packed.arrayBuffer());
    const headers = { "content-type": packed.headers.get("content-type") ?? "" };
    return server.post(`/api/default/enrichment_tables/my-table${query}`, body, { headers });
  }

  const rows = async (): Promise<unknown> => {
    const now = server.server.context.clock.micros();
    const query = {
      sql: "SELECT code, name FROM my_table ORDER BY code",
      start_time: now - 3_600_000_000,
      end_time: now + 1_000_000,
      size: 10,
    };
    return (await server.post("/api/default/_search?type=enrichment_tables", { query })).body.hits as unknown;
  };

  test("are replaced by an upload, appended to on request, and searched like streams", async () => {
    expect((await upload("Code,Name\nx,old\n")).body.message).toBe("Saved enrichment table");
    await upload('Code,Name\na,"first, of two"\nb,second\n');
    expect(await rows()).toEqual([
      { code: "a", name: "first, of two" },
      { code: "b", name: "second" },
    ]);
    await upload("code,name\nc,third\n", "?append=true");
    expect(await rows()).toHaveLength(3);
  });

  test("keep their columns: another header is refused when appending", async () => {
    await upload("code,name\na,b\n");
    const answer = await upload("code,other\na,b\n", "?append=true");
    expect(answer.body.message).toBe("Schema mismatch for enrichment table default/my_table");
  });

  test("come as a form with a file, and as nothing else", async () => {
    const answer = await server.post("/api/default/enrichment_tables/t", "a,b");
    expect(answer).toMatchObject({
      status: 400,
      body: { message: "Bad Request, content-type must be multipart/form-data" },
    });
    expect((await upload("a,b\n1\n")).status).toBe(400);
  });

  test("are listed, and deleted by their type", async () => {
    await upload("code,name\na,b\n");
    const list = "/api/default/streams?type=enrichment_tables";
    expect((await server.get(list)).body.list).toMatchObject([{ name: "my_table" }]);
    expect((await server.delete("/api/default/streams/my_table?type=enrichment_tables")).status).toBe(200);
    expect((await server.get(list)).body.list).toEqual([]);
    expect((await upload("code,name\na,b\n")).body.message).toBe(
      "enrichment table [my_table] is being deleted",
    );
  });
});
