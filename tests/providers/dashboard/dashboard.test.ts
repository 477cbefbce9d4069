import { DashboardProvider } from "../../../providers/dashboard/provider.js";
import { dashboardBody } from "../../../providers/dashboard/rules.js";
import { checked, destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

const marker = "o2cqrs:orders/dev/dashboard";

const layout = (x: number, y: number) => ({ x, y, w: 96, h: 18 });

const everything = {
  tabs: [
    {
      name: "Rates",
      panels: [
        {
          id: "rate",
          type: "line",
          title: "Commands a second",
          layout: layout(0, 0),
          queries: [
            {
              kind: "sql",
              sql: "SELECT histogram(_timestamp) AS t, count(*) AS n, handler FROM cqrs_commands GROUP BY t, handler",
              stream: "cqrs_commands",
              x: [{ column: "t" }],
              y: [{ column: "n", label: "commands", color: "#5960b2" }],
              breakdown: [{ column: "handler" }],
              vrl: ".",
            },
          ],
          config: {
            unit: { custom: "cmd/s" },
            legendsPosition: "bottom",
            decimals: 2,
            yAxisMin: 0,
            connectNulls: true,
            lineInterpolation: "linear",
            topResults: 10,
            topResultsOthers: true,
            noValueReplacement: "-",
            markLines: [{ name: "p95", type: "yAxis", value: "300" }],
            color: { mode: "fixed", fixed: ["#ff0000"] },
          },
        },
        {
          id: "p95",
          type: "gauge",
          title: "p95",
          layout: layout(96, 0),
          queries: [
            {
              kind: "promql",
              promql: "histogram_quantile(0.95, x)",
              stream: "x_bucket",
              legend: "{handler}",
            },
          ],
          config: { unit: "milliseconds", gaugeMin: 0, gaugeMax: 500 },
        },
        {
          id: "flow",
          type: "sankey",
          title: "Flow",
          layout: layout(0, 18),
          queries: [
            {
              kind: "sql",
              sql: "SELECT a, b, count(*) AS n FROM s GROUP BY a, b",
              stream: "s",
              z: [{ column: "n" }],
              flow: { source: { column: "a" }, target: { column: "b" } },
            },
          ],
        },
      ],
    },
    {
      name: "Notes & more",
      panels: [
        { id: "note", type: "markdown", title: "Note", layout: layout(0, 0), markdown: "# Hi" },
        { id: "page", type: "html", title: "Page", layout: layout(96, 0), html: "<b>Hi</b>" },
      ],
    },
  ],
  variables: [
    {
      kind: "query_values",
      name: "handler",
      stream: "cqrs_commands",
      column: "handler",
      maxValues: 50,
      multiSelect: true,
      filter: [{ column: "env", operator: "=", value: "$env" }],
    },
    { kind: "constant", name: "env", label: "Environment", value: "prod" },
    { kind: "textbox", name: "search" },
    { kind: "custom", name: "level", options: [{ label: "All", value: "*", selected: true }] },
  ],
  showDynamicFilters: true,
  timeRange: { kind: "relative", period: "6h" },
};

onEveryServer("A dashboard", (on) => {
  const provider = new DashboardProvider(() => on().server);
  const stored = (id: string) => on().server.dashboards.get(id);
  const titled = async (title: string, folder = "default") =>
    (await on().server.dashboards.list(folder)).filter((dashboard) => dashboard.content.title === title);

  const small = (title: string) => ({
    title,
    description: "Made by a test",
    tabs: [{ name: "Main", panels: [] }],
    marker,
  });

  test("with everything on it reads back as it was written", async () => {
    const args = { ...everything, title: unique("everything"), marker };
    const first = await up(provider, args);
    expect(first.state.dashboardId).toBe(first.id);
    expect((await up(provider, args, first)).did).toBe("none");
    const after = await refresh(provider, first);
    expect(after?.state).toEqual(first.state);
    expect((await up(provider, args, after)).did).toBe("none");
  });

  test("with an absolute time range reads back as it was written", async () => {
    const timeRange = { kind: "absolute", start: 1_700_000_000_000_000, end: 1_700_000_600_000_000 };
    const first = await up(provider, { ...small(unique("absolute")), timeRange });
    expect((await refresh(provider, first))?.state).toEqual(first.state);
  });

  test("lives from create to delete, and is updated in place by the hash of the last read", async () => {
    const title = unique("life");
    const first = await up(provider, small(title));
    const created = (await stored(first.id))?.content.created;
    const second = await up(provider, { ...everything, title, marker }, first);
    expect(second).toMatchObject({ did: "update", id: first.id });
    expect((await stored(first.id))?.content).toMatchObject({ created, owner: expect.stringMatching(/@/) });
    const renamed = await up(provider, { ...everything, title: unique("renamed"), marker }, second);
    expect(renamed).toMatchObject({ did: "update", id: first.id, diff: { diffs: ["title"] } });
    await destroy(provider, renamed);
    expect(await refresh(provider, renamed)).toBeUndefined();
    await destroy(provider, renamed);
  });

  test("names the very panel and setting that changed", async () => {
    const args = { ...everything, title: unique("paths"), marker };
    const first = await up(provider, args);
    const changed = structuredClone(args);
    (changed.tabs[0]!.panels[1] as { config: { gaugeMax: number } }).config.gaugeMax = 900;
    expect((await up(provider, changed, first)).diff?.diffs).toEqual(["tabs[0].panels[1].config.gaugeMax"]);
  });

  test("changed by hand is found by refresh, and put back", async () => {
    const args = { ...everything, title: unique("drift"), marker };
    const first = await up(provider, args);
    const current = (await stored(first.id))!;
    const content = structuredClone(current.content) as {
      tabs: { panels: { config: Record<string, unknown> }[] }[];
    };
    content.tabs[0]!.panels[0]!.config.decimals = 5;
    content.tabs[0]!.panels[1]!.config.trellis = { layout: "auto", num_of_columns: 3 };
    await on().server.dashboards.update(first.id, "default", current.hash, content as never);
    const drifted = await refresh(provider, first);
    const repaired = await up(provider, args, drifted);
    expect(repaired.diff?.diffs).toEqual([
      "tabs[0].panels[0].config.decimals",
      "tabs[0].panels[1].unmodelled",
    ]);
    expect((await refresh(provider, repaired))?.state).toEqual(first.state);
  });

  test("that someone changes between read and write is read and written once more", async () => {
    const args = small(unique("race"));
    const first = await up(provider, args);
    const { dashboards } = on().server;
    const read = dashboards.get.bind(dashboards);
    let races = 1;
    const raced = jest.spyOn(dashboards, "get").mockImplementation(async (id) => {
      const current = await read(id);
      if (current !== undefined && races-- > 0)
        await dashboards.update(id, "default", current.hash, {
          ...dashboardBody(checked(provider, { ...args, description: `by hand ${races}` })),
        });
      return current;
    });
    try {
      await up(provider, { ...args, description: "ours" }, first);
      expect((await read(first.id))?.content.description).toBe(`ours\n${marker}`);
      races = 2;
      await expect(up(provider, { ...args, description: "lost" }, first)).rejects.toThrow(
        /409[\s\S]*changed by someone else twice/,
      );
    } finally {
      raced.mockRestore();
    }
  });

  test("moves between folders, and is brought back when someone moved it", async () => {
    const { server } = on();
    const title = unique("moved");
    const ours = await server.folders.create("dashboards", unique("ours"), "");
    const theirs = await server.folders.create("dashboards", unique("theirs"), "");
    const first = await up(provider, small(title));
    const second = await up(provider, { ...small(title), folder: ours.folderId }, first);
    expect(second).toMatchObject({ did: "update", id: first.id });
    expect(await titled(title, ours.folderId)).toHaveLength(1);

    await server.dashboards.move(first.id, ours.folderId, theirs.folderId);
    const drifted = await refresh(provider, second);
    expect(drifted?.state.folder).toBe(theirs.folderId);
    const third = await up(provider, { ...small(title), folder: ours.folderId }, drifted);
    expect(await titled(title, ours.folderId)).toHaveLength(1);

    await server.dashboards.move(first.id, ours.folderId, theirs.folderId);
    const fourth = await up(provider, { ...small(title), folder: ours.folderId, description: "back" }, third);
    expect(await titled(title, ours.folderId)).toHaveLength(1);

    await server.dashboards.move(first.id, ours.folderId, theirs.folderId);
    await destroy(provider, fourth);
    expect(await stored(first.id)).toBeUndefined();
  });

  test("whose create was answered into the void is adopted and never doubled", async () => {
    const args = small(unique("crash"));
    const first = await up(provider, args);
    const again = await up(provider, { ...args, showDynamicFilters: true });
    expect(again.id).toBe(first.id);
    expect(await titled(args.title)).toHaveLength(1);
  });

  test("made by hand is never overwritten silently", async () => {
    const args = small(unique("by hand"));
    const byHand = await on().server.dashboards.create("default", {
      ...dashboardBody(checked(provider, { ...args, marker: undefined })),
      description: "precious",
    });
    await expect(up(provider, args)).rejects.toThrow(/differs in description[\s\S]*adopt: true/);
    expect((await stored(byHand.id))?.content.description).toBe("precious");
    expect((await up(provider, { ...args, adopt: true })).id).toBe(byHand.id);
    expect(await titled(args.title)).toHaveLength(1);
  });

  test("of an old schema is brought to this one when it is adopted", async () => {
    const title = unique("v5");
    const old = await on().server.dashboards.create("default", { ...everythingOld, title } as never);
    const adopted = await up(provider, { ...small(title), adopt: true });
    expect(adopted.id).toBe(old.id);
    expect((await stored(old.id))?.schemaVersion).toBe(8);
  });
});

const everythingOld = { version: 5, description: "", role: "", owner: "", tabs: [], variables: { list: [] } };

describe("A dashboard's arguments", () => {
  const provider = new DashboardProvider();
  const panel = (id: string, place = layout(0, 0)) => ({
    id,
    type: "markdown",
    title: "",
    layout: place,
    markdown: "",
  });
  const refused = (panels: object[], rest: object = {}) =>
    failures(provider, { title: "t", tabs: [{ name: "Main", panels }], ...rest });

  test("need a title, which the server misses only with a 500", () => {
    expect(failures(provider, { title: " ", tabs: [{ name: "x", panels: [] }] })).toEqual([
      "title: must not be empty",
    ]);
  });

  test("place panels in whole cells, on the grid, and not over each other", () => {
    expect(refused([panel("a", { x: 0.5, y: 0, w: 96, h: 18 })])).toEqual([
      "tabs[0].panels[0].layout.x: must be a whole number of cells",
    ]);
    expect(refused([panel("a", { x: 120, y: 0, w: 96, h: 18 })])).toEqual([
      "tabs[0].panels[0].layout.w: ends beyond column 192",
    ]);
    expect(refused([panel("a"), panel("b", layout(95, 17))])).toEqual([
      "tabs[0].panels[1].layout: lies over panel a",
    ]);
    expect(refused([panel("a"), panel("b", layout(96, 0)), panel("c", layout(0, 18))])).toEqual([]);
  });

  test("give each panel, tab and variable an id of its own", () => {
    expect(refused([panel("a"), panel("a", layout(96, 0))])).toEqual([
      "tabs[0].panels[1].id: another panel of the dashboard has the id a",
    ]);
    const variable = { kind: "textbox", name: "v" };
    expect(refused([], { variables: [variable, variable] })).toEqual([
      "variables[1].name: another variable has the name v",
    ]);
    const tabs = [
      { name: "x", panels: [] },
      { name: "Same", panels: [] },
      { name: "same", panels: [] },
    ];
    expect(failures(provider, { title: "t", tabs })).toEqual(["tabs[2].id: another tab has the id same"]);
  });

  test("do not mix SQL and PromQL in a panel", () => {
    const queries = [
      { kind: "sql", sql: "SELECT 1", stream: "s" },
      { kind: "promql", promql: "up", stream: "up" },
    ];
    expect(refused([{ id: "a", type: "line", title: "", layout: layout(0, 0), queries }])).toEqual([
      "tabs[0].panels[0].queries: must be all SQL or all PromQL",
    ]);
  });

  test("know the chart types and units by name", () => {
    const chart = (rest: object) => ({
      id: "a",
      type: "line",
      title: "",
      layout: layout(0, 0),
      queries: [{ kind: "promql", promql: "up", stream: "up" }],
      ...rest,
    });
    expect(refused([chart({ type: "spider" })])).toEqual([
      expect.stringMatching(/^tabs\[0\]\.panels\[0\]\.type: /),
    ]);
    expect(refused([chart({ config: { unit: "furlongs" } })])).toEqual([
      expect.stringMatching(/^tabs\[0\]\.panels\[0\]\.config\.unit: must be a unit/),
    ]);
  });
});
