import { EnrichmentTableProvider } from "../../../providers/enrichment-table/provider.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

onEveryServer("An enrichment table", (on) => {
  const provider = new EnrichmentTableProvider(() => on().server);
  const rows = [
    { service: "orders", "Team Name": 'a "quoted", one', size: 3 },
    { service: "stock", "Team Name": "two\nlines", size: 5 },
  ];
  const stored = [
    { service: "orders", team_name: 'a "quoted", one', size: "3" },
    { service: "stock", team_name: "two\nlines", size: "5" },
  ];

  test("holds its rows as text under stored names, and a change replaces them all", async () => {
    const name = unique("My-Teams");
    const first = await up(provider, { name, rows });
    expect(first.id).toBe(name.toLowerCase().replaceAll("-", "_"));
    expect(await on().server.enrichmentTables.get(first.id, 10)).toEqual(expect.arrayContaining(stored));
    expect((await up(provider, { name, rows: [...rows].reverse() }, first)).did).toBe("none");
    expect(await refresh(provider, first)).toEqual({ id: first.id, state: first.state });
    const fewer = [{ service: "orders", owner: "x" }];
    const second = await up(provider, { name, rows: fewer }, first);
    expect(second.did).toBe("update");
    expect(await on().server.enrichmentTables.get(first.id, 10)).toEqual(fewer);
    await destroy(provider, second);
    expect(await refresh(provider, second)).toBeUndefined();
    await destroy(provider, second);
  });

  test("that someone added rows to is found by a refresh and put right", async () => {
    const name = unique("drift");
    const first = await up(provider, { name, rows });
    await on().server.enrichmentTables.put(name, ["service", "team_name", "size"], [...stored, ...stored]);
    const seen = await refresh(provider, first);
    expect(await up(provider, { name, rows }, seen)).toMatchObject({ did: "update" });
    expect(await on().server.enrichmentTables.get(name, 10)).toHaveLength(2);
  });

  test("is made again after a deletion, which ends in the background", async () => {
    const name = unique("again");
    await destroy(provider, await up(provider, { name, rows }));
    const again = await up(provider, { name, rows });
    expect(await refresh(provider, again)).toBeDefined();
  }, 60_000);

  test("of that name and other rows is refused until adopt says so", async () => {
    const name = unique("there");
    await on().server.enrichmentTables.put(name, ["a"], [{ a: "by hand" }]);
    await expect(up(provider, { name, rows })).rejects.toThrow(/differs in rows[\s\S]*adopt: true/);
    await up(provider, { name, rows, adopt: true });
    expect(await on().server.enrichmentTables.get(name, 10)).toHaveLength(2);
  });
});

describe("An enrichment table's arguments", () => {
  const check = (rows: unknown) => failures(new EnrichmentTableProvider(), { name: "t", rows });

  test.each([
    [[], "rows: needs at least one row, which says what columns there are"],
    [[{}], "rows[0]: must have a column"],
    [[{ a: 1 }, { b: 1 }], "rows[1]: must have the columns of the first row: a"],
    [[{ "a b": 1, a_b: 2 }], "rows[0]: has column a_b twice, as the server writes names"],
    [[{ _timestamp: 1 }], "rows[0]._timestamp: the name must not be _timestamp, the server's own"],
    [[{ a: null }], "rows[0].a: must be a text, a number or a boolean"],
  ])("refuse %j", (rows, failure) => expect(check(rows)).toEqual([failure]));
});
