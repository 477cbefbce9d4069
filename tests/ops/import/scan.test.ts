import { randomUUID } from "node:crypto";
import { PipelineProvider } from "@o2cqrs/providers/pipeline/provider";
import { scanOrganization } from "../../../ops/import/scan.js";
import { onEveryServer, unique } from "../../providers/servers.js";

onEveryServer("A scan", (on) => {
  const read = async (name: string) => {
    const { objects, leftOut } = await scanOrganization(on().server);
    const named = (each: { readonly name: string }) => each.name.endsWith(name);
    return { found: objects.filter(named), leftOut: leftOut.filter(named) };
  };

  const dashboard = (title: string, config: object = {}) => ({
    version: 8 as const,
    title,
    description: "",
    tabs: [
      {
        tabId: "default",
        name: "Default",
        panels: [
          {
            id: "p",
            type: "markdown",
            title: "Notes",
            description: "",
            config: { show_legends: false, ...config },
            queryType: "sql",
            queries: [],
            layout: { x: 0, y: 0, w: 96, h: 10, i: 1 },
            htmlContent: "",
            markdownContent: "# Notes",
          },
        ],
      },
    ],
    variables: { list: [], showDynamicFilters: false },
    defaultDatetimeDuration: { type: "relative", relativeTimePeriod: "15m" },
  });

  test("gives the nodes of a hand-made pipeline names, and does not change what it does", async () => {
    const { server } = on();
    const name = unique("by hand");
    const stream = unique("orders");
    const [source, kept] = [randomUUID(), randomUUID()];
    const at = { x: 0, y: 0 };
    const data = { node_type: "stream", org_id: server.organization, stream_type: "logs" };
    await server.pipelines.create({
      name,
      description: "",
      enabled: true,
      source: {
        source_type: "realtime",
        org_id: server.organization,
        stream_name: stream,
        stream_type: "logs",
      },
      nodes: [
        { id: source, io_type: "input", position: at, data: { ...data, stream_name: stream } },
        { id: kept, io_type: "output", position: at, data: { ...data, stream_name: `${stream}_kept` } },
      ],
      edges: [{ id: `e${source}-${kept}`, source, target: kept }],
    });
    const { found } = await read(name);
    const outputs = Object.values(found[0]?.args.outputs ?? {});
    expect(outputs).toEqual([{ kind: "stream", stream: `${stream}_kept`, from: ["source"] }]);

    const provider = new PipelineProvider(() => server);
    const before = (await server.pipelines.list()).find((each) => each.name === name);
    const { inputs } = provider.check({}, { ...found[0]?.args, adopt: true });
    await provider.create(inputs as never);
    const after = (await server.pipelines.list()).find((each) => each.name === name);
    expect(after).toEqual(before);
  });

  test("leaves out what shares its name with another, and says so", async () => {
    const title = unique("Twice");
    const { dashboards } = on().server;
    await dashboards.create("default", dashboard(title));
    await dashboards.create("default", dashboard(title));
    const { found, leftOut } = await read(title);
    expect(found).toEqual([]);
    expect(leftOut.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("several have this name"),
      expect.stringContaining("several have this name"),
    ]);
  });

  test("leaves out a dashboard with settings that a deployment would lose, and says where", async () => {
    const [plain, special] = [unique("Plain"), unique("Special")];
    const { dashboards } = on().server;
    await dashboards.create("default", dashboard(plain));
    await dashboards.create("default", dashboard(special, { axis_border_show: true }));
    expect((await read(plain)).found).toHaveLength(1);
    const { found, leftOut } = await read(special);
    expect(found).toEqual([]);
    expect(leftOut).toEqual([
      {
        kind: "Dashboard",
        name: `default/${special}`,
        reason: "tabs.0.panels.0: has settings that the arguments cannot express",
      },
    ]);
  });

  test("passes over what the server made itself", async () => {
    const { objects, leftOut } = await scanOrganization(on().server);
    const names = [...objects, ...leftOut].map(({ name }) => name);
    expect(names.filter((name) => name.includes("prebuilt_"))).toEqual([]);
    expect(names).not.toContain("dashboards/default");
  });
});
