import { all, Config, Output, output, runtime } from "@pulumi/pulumi";
import * as providers from "@o2cqrs/providers";
import { onEveryServer, unique } from "./servers.js";

const valueOf = <T>(of: Output<T>) =>
  new Promise<T>((resolve) => {
    of.apply(resolve);
  });

onEveryServer("A look-up", (on) => {
  beforeAll(async () => {
    await runtime.setMocks(
      { newResource: () => ({ id: "x", state: {} }), call: ({ inputs }) => inputs as object },
      "orders",
      "dev",
    );
    const { url, organization, credential } = on().connection;
    if (credential.kind !== "basic") throw new Error("the test's server takes basic credentials");
    const settings = { url, organization, user: credential.user, password: credential.password };
    for (const [key, value] of Object.entries(settings)) runtime.setConfig(`o2cqrs:${key}`, value);
    expect(new Config("o2cqrs").get("url")).toBe(url);
  });

  test("tells what a stream, a function and a pipeline are, in terms of arguments", async () => {
    const { server } = on();
    const stream = unique("cqrs-looked").replaceAll("-", "_");
    await server.streams.create(stream, "logs", {
      fields: [{ name: "user", type: "Utf8" }],
      settings: { data_retention: 9, partition_keys: [{ field: "user", types: "value" }] },
    });
    expect(await providers.getStream({ name: stream.replace("cqrs_", "CQRS-") })).toMatchObject({
      name: stream,
      type: "logs",
      fields: expect.arrayContaining([{ name: "user", type: "Utf8" }]),
      retentionDays: 9,
      partitionKeys: [{ field: "user", type: "value" }],
    });
    const name = unique("mask");
    await server.functions.create(name, ".a = 1\n.");
    expect(await providers.getFunction({ name })).toEqual({ name, vrl: ".a = 1\n." });
    const source = { org_id: server.organization, stream_name: stream, stream_type: "logs" };
    const position = { x: 0, y: 0 };
    await server.pipelines.create({
      name: name.toLowerCase(),
      description: "d",
      enabled: true,
      source: { source_type: "realtime", ...source },
      nodes: [
        { id: "in", io_type: "input", position, data: { node_type: "stream", ...source } },
        {
          id: "out",
          io_type: "output",
          position,
          data: { node_type: "stream", ...source, stream_name: "kept" },
        },
      ],
      edges: [{ id: "e", source: "in", target: "out" }],
    });
    const found = await providers.getPipelineByName({ name: ` ${name.toUpperCase()} ` });
    expect(found).toMatchObject({
      source: { kind: "stream", stream },
      outputs: { out: { kind: "stream", stream: "kept", from: ["source"] } },
    });
    expect(await server.pipelines.get(found.pipelineId)).toBeDefined();
  });

  test("finds what people made in the user interface: folders, dashboards and views", async () => {
    const { server } = on();
    const name = unique("shown");
    const { folderId } = await server.folders.create("dashboards", name, "of the shop");
    expect(await providers.getFolderByName({ name, kind: "dashboards" })).toEqual({
      name,
      kind: "dashboards",
      description: "of the shop",
      folderId,
    });
    const board = {
      version: 8,
      title: name,
      description: "hand-made",
      role: "",
      owner: "",
      tabs: [{ tabId: "default", name: "Main", panels: [] }],
    };
    const { id } = await server.dashboards.create(folderId, board as never);
    const { dashboardId, tabs } = await providers.getDashboardByTitle({ title: name, folder: folderId });
    expect(dashboardId).toBe(id);
    expect(tabs.map((tab) => tab.name)).toEqual(["Main"]);
    const viewId = await server.savedViews.create(name, { query: "x" });
    expect(await providers.getSavedViewByName({ name })).toEqual({ name, data: { query: "x" }, viewId });
  });

  test("finds templates, destinations and alerts, and tells no secret", async () => {
    const { server } = on();
    const name = unique("alerting");
    await server.alertTemplates.create({ name, type: "http", body: "{}", title: "" });
    expect(await providers.getAlertTemplate({ name })).toMatchObject({ name, type: "http", body: "{}" });
    await server.alertDestinations.create({
      name,
      type: "http",
      template: name,
      url: "https://hooks.example.com/secret",
      method: "post",
    });
    expect(await providers.getAlertDestination({ name })).toEqual({ name, type: "http", template: name });
    await server.streams.create(name, "logs", { fields: [], settings: {} });
    const alertId = await server.alerts.create(
      {
        name,
        stream_type: "logs",
        stream_name: name,
        is_real_time: false,
        query_condition: { type: "sql", sql: `SELECT count(*) AS n FROM "${name}"` },
        trigger_condition: { period: 5, operator: ">=", threshold: 1, frequency: 5, silence: 0 },
        destinations: [name],
        enabled: false,
      } as never,
      "default",
    );
    expect(await providers.getAlertByName({ name })).toMatchObject({
      alertId,
      folder: "default",
      stream: name,
    });
  });

  test("finds accounts and organisations", async () => {
    const { server } = on();
    const email = `${unique("who")}@example.com`;
    await server.serviceAccounts.create({ email, first_name: "ci", last_name: "" });
    expect(await providers.getServiceAccount({ email: email.toUpperCase() })).toEqual({
      email,
      firstName: "ci",
      lastName: "",
    });
    const { user } = on().connection.credential as { user: string };
    expect((await providers.getUser({ email: user })).email).toBe(user);
    const name = unique("org");
    const { identifier } = await server.organizations.create(name);
    expect(await providers.getOrganizationByName({ name })).toEqual({ name, identifier });
    await server.organizations.create(name);
    await expect(providers.getOrganizationByName({ name })).rejects.toThrow(
      /There are 2 of .*Rename all but one/,
    );
  });

  test("for outputs gives an output, which waits for its arguments", async () => {
    const name = unique("later");
    await on().server.functions.create(name, ".");
    const looked = providers.getFunctionOutput({ name: output(Promise.resolve(name)) });
    expect(Output.isInstance(looked)).toBe(true);
    expect(await valueOf(all([looked.vrl, looked.name]))).toEqual([".", name]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["stream nope of type traces", () => providers.getStream({ name: "nope", type: "traces" })],
    ["function nope", () => providers.getFunction({ name: "nope" })],
    ['pipeline "nope"', () => providers.getPipelineByName({ name: "nope" })],
    ["alert template nope", () => providers.getAlertTemplate({ name: "nope" })],
    ["alert destination nope", () => providers.getAlertDestination({ name: "nope" })],
    ["alert nope in folder default", () => providers.getAlertByName({ name: "nope", folder: "default" })],
    ["folder nope of alerts", () => providers.getFolderByName({ name: "nope", kind: "alerts" })],
    ['dashboard "nope" in folder default', () => providers.getDashboardByTitle({ title: "nope" })],
    ['saved view "nope"', () => providers.getSavedViewByName({ name: "nope" })],
    ["service account nope@example.com", () => providers.getServiceAccount({ email: "nope@example.com" })],
    ["user nope@example.com", () => providers.getUser({ email: "nope@example.com" })],
    ['organization "nope"', () => providers.getOrganizationByName({ name: "nope" })],
  ])("of something that is not there says so: %s", async (what, lookUp) => {
    await expect(lookUp()).rejects.toThrow(
      new providers.LookupError(
        `There is no ${what}. Is the name right, and the o2cqrs:organization of this stack's config?`,
      ),
    );
  });
});
