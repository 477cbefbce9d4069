import { AlertProvider } from "../../../providers/alert/provider.js";
import { alertBody } from "../../../providers/alert/rules.js";
import { checked, destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

const marker = "o2cqrs:orders/dev/alert";

onEveryServer("An alert", (on) => {
  const provider = new AlertProvider(() => on().server);
  const stored = (id: string) => on().server.alerts.get(id);
  const named = async (name: string) => {
    const alerts = await on().server.alerts.list({ nameContains: name });
    return alerts.filter((alert) => alert.name === name);
  };
  let stream = "";
  let metric = "";
  let destination = "";

  beforeAll(async () => {
    const { server } = on();
    stream = unique("orders_log");
    metric = unique("orders_gauge");
    destination = unique("hook");
    const template = unique("template");
    const columns = ["level", "handler"].map((name) => ({ name, type: "Utf8" }));
    await server.streams.create(stream, "logs", {
      fields: [...columns, { name: "duration_ms", type: "Int64" }],
      settings: {},
    });
    await server.streams.create(metric, "metrics", {
      fields: [{ name: "value", type: "Float64" }],
      settings: {},
    });
    await server.alertTemplates.create({ name: template, type: "http", body: "{}", title: "" });
    await server.alertDestinations.create({
      name: destination,
      type: "http",
      url: "https://hooks.example.com",
      method: "post",
      template,
    });
  });

  const sqlAlert = (name: string) => ({
    name,
    stream,
    condition: { kind: "sql", sql: `SELECT count(*) AS n FROM ${stream} WHERE level='error'` },
    trigger: { periodMinutes: 10 },
    destinations: [destination],
    marker,
  });

  test("lives from create to delete, and deploying it again changes nothing", async () => {
    const name = unique("life");
    const first = await up(provider, sqlAlert(name));
    expect(first.state.alertId).toBe(first.id);
    expect((await up(provider, sqlAlert(name), first)).did).toBe("none");
    const after = await refresh(provider, first);
    expect((await up(provider, sqlAlert(name), after)).did).toBe("none");
    await destroy(provider, first);
    expect(await stored(first.id)).toBeUndefined();
    expect(await refresh(provider, first)).toBeUndefined();
    await destroy(provider, first);
  });

  test("is enabled unless told otherwise, against the server's own default", async () => {
    const { id } = await up(provider, sqlAlert(unique("enabled")));
    expect((await stored(id))?.enabled).toBe(true);
    const off = await up(provider, { ...sqlAlert(unique("disabled")), enabled: false });
    expect((await stored(off.id))?.enabled).toBe(false);
  });

  const kinds: [string, () => object][] = [
    [
      "sql with VRL",
      () => ({ condition: { kind: "sql", sql: `SELECT count(*) AS n FROM ${stream}`, vrl: ".é = 1\n." } }),
    ],
    [
      "sql on cron with a time zone",
      () => ({ trigger: { periodMinutes: 5, cron: "0 */5 * * * *", timezone: "Europe/Paris" } }),
    ],
    [
      "promql",
      () => ({
        stream: metric,
        streamType: "metrics",
        condition: { kind: "promql", promql: metric, operator: ">", value: 0.5 },
      }),
    ],
    [
      "custom with nested conditions",
      () => ({
        condition: {
          kind: "custom",
          where: {
            all: [
              { column: "level", operator: "=", value: "error", ignoreCase: true },
              {
                any: [
                  { column: "duration_ms", operator: ">", value: 500 },
                  { column: "handler", operator: "contains", value: "Pay" },
                ],
              },
            ],
          },
        },
        trigger: { periodMinutes: 10, operator: ">", threshold: 3 },
      }),
    ],
    [
      "custom with an aggregation",
      () => ({
        condition: {
          kind: "custom",
          where: { column: "level", operator: "=", value: "error" },
          aggregation: {
            function: "p95",
            column: "duration_ms",
            groupBy: ["handler"],
            having: { operator: ">=", value: 300 },
          },
        },
      }),
    ],
    [
      "real time",
      () => ({
        condition: {
          kind: "custom",
          realTime: true,
          where: { column: "level", operator: "=", value: "fatal" },
        },
      }),
    ],
  ];
  test.each(kinds)("of the kind %s reads back as it was written", async (_, args) => {
    const alert = { ...sqlAlert(unique("kind")), ...args() };
    const first = await up(provider, alert);
    const after = await refresh(provider, first);
    expect(after?.state).toEqual(first.state);
    expect((await up(provider, alert, after)).did).toBe("none");
  });

  test("updates every field in place and always sends the whole, as an absent key is reset", async () => {
    const name = unique("whole");
    const args = {
      ...sqlAlert(name),
      contextAttributes: { team: "core" },
      rowTemplate: "{n}",
      description: "before",
    };
    const first = await up(provider, args);
    const changed = {
      ...args,
      trigger: { periodMinutes: 15, frequencyMinutes: 5, silenceMinutes: 30, threshold: 2 },
    };
    const second = await up(provider, changed, first);
    expect(second).toMatchObject({ did: "update", id: first.id });
    expect(second.diff?.diffs).toEqual(
      expect.arrayContaining(["trigger.periodMinutes", "trigger.frequencyMinutes", "trigger.silenceMinutes"]),
    );
    expect(await stored(first.id)).toMatchObject({
      context_attributes: { team: "core", o2cqrs: marker },
      row_template: "{n}",
      description: "before",
      enabled: true,
      trigger_condition: { period: 15, frequency: 5, silence: 30, threshold: 2 },
    });
  });

  test("renamed or given another stream is replaced, as the server says 200 and does nothing", async () => {
    const name = unique("renamed");
    const first = await up(provider, sqlAlert(name));
    const second = await up(provider, { ...sqlAlert(name), name: `${name}_2` }, first);
    expect(second).toMatchObject({ did: "replace", diff: { replaces: ["name"] } });
    expect(await stored(first.id)).toBeUndefined();

    const other = unique("other_log");
    await on().server.streams.create(other, "logs", {
      fields: [{ name: "level", type: "Utf8" }],
      settings: {},
    });
    const third = await up(provider, { ...sqlAlert(name), name: `${name}_2`, stream: other }, second);
    expect(third).toMatchObject({
      did: "replace",
      diff: { replaces: ["stream"], deleteBeforeReplace: true },
    });
    expect(await stored(second.id)).toBeUndefined();
    expect((await stored(third.id))?.stream_name).toBe(other);
    expect(await named(`${name}_2`)).toHaveLength(1);
  });

  test("takes a stream's name as the application is told it", async () => {
    const { id } = await up(provider, { ...sqlAlert(unique("hyphen")), stream: stream.replace("_", "-") });
    expect((await stored(id))?.stream_name).toBe(stream);
  });

  test("moves between folders by the endpoint of its own, and refresh finds a move by hand", async () => {
    const name = unique("moved");
    const folder = await on().server.folders.create("alerts", unique("folder"), "");
    const first = await up(provider, sqlAlert(name));
    const second = await up(provider, { ...sqlAlert(name), folder: folder.folderId }, first);
    expect(second).toMatchObject({ did: "update", id: first.id });
    expect((await named(name))[0]?.folder_id).toBe(folder.folderId);
    await on().server.alerts.move(first.id, "default");
    const drifted = await refresh(provider, second);
    expect(drifted?.state.folder).toBe("default");
    await up(provider, { ...sqlAlert(name), folder: folder.folderId }, drifted);
    expect((await named(name))[0]?.folder_id).toBe(folder.folderId);
  });

  test("created in a folder is there from the start", async () => {
    const name = unique("placed");
    const folder = await on().server.folders.create("alerts", unique("folder"), "");
    await up(provider, { ...sqlAlert(name), folder: folder.folderId });
    expect((await named(name))[0]?.folder_id).toBe(folder.folderId);
  });

  test("changed by hand is found by refresh and repaired", async () => {
    const first = await up(provider, sqlAlert(unique("drift")));
    await on().server.alerts.setEnabled(first.id, false);
    const drifted = await refresh(provider, first);
    expect(drifted?.state.enabled).toBe(false);
    const repaired = await up(provider, { ...sqlAlert(String(first.state.name)) }, drifted);
    expect(repaired.diff?.diffs).toEqual(["enabled"]);
    expect((await stored(first.id))?.enabled).toBe(true);
  });

  test("whose create was answered into the void is adopted and never doubled", async () => {
    const name = unique("crash");
    const first = await up(provider, sqlAlert(name));
    const again = await up(provider, { ...sqlAlert(name), description: "changed meanwhile" });
    expect(again.id).toBe(first.id);
    expect((await stored(first.id))?.description).toBe("changed meanwhile");
    expect(await named(name)).toHaveLength(1);
  });

  test("of a name that is there twice adopts its own", async () => {
    const name = unique("twice");
    const { server } = on();
    const own = await up(provider, sqlAlert(name));
    const foreign = { ...checked(provider, sqlAlert(name)), marker: undefined, description: "by hand" };
    await server.alerts.create(alertBody(foreign), "default");
    expect(await named(name)).toHaveLength(2);
    expect((await up(provider, { ...sqlAlert(name), description: "ours" })).id).toBe(own.id);
  });

  test("that someone else made is refused until adopt says so", async () => {
    const name = unique("foreign");
    const byHand = { ...checked(provider, sqlAlert(name)), marker: undefined, description: "by hand" };
    const id = await on().server.alerts.create(alertBody(byHand), "default");
    await expect(up(provider, sqlAlert(name))).rejects.toThrow(/differs in description[\s\S]*adopt: true/);
    expect((await up(provider, { ...sqlAlert(name), adopt: true })).id).toBe(id);
    expect(await named(name)).toHaveLength(1);
  });

  test("without its stream is refused with the server's words, and nothing is left behind", async () => {
    const name = unique("orphan");
    await expect(up(provider, { ...sqlAlert(name), stream: "never_made" })).rejects.toThrow(
      /never_made not found/,
    );
    expect(await named(name)).toEqual([]);
  });
});

describe("An alert's arguments", () => {
  const provider = new AlertProvider();
  const refused = (args: object) =>
    failures(provider, {
      name: "a",
      stream: "s",
      condition: { kind: "sql", sql: "SELECT count(*) AS n FROM s" },
      trigger: { periodMinutes: 5 },
      destinations: ["d"],
      ...args,
    });

  test("say what is wrong by property", () => {
    expect(refused({ name: "a b" })).toEqual(["name: must not contain : # ? & % / quotes or white space"]);
    expect(refused({ destinations: [] })).toEqual(["destinations: needs at least one destination"]);
    expect(refused({ condition: { kind: "sql", sql: "select * from s" } })).toEqual([
      "condition.sql: must not select *: name the columns",
    ]);
    expect(refused({ condition: { kind: "promql", promql: "up" } })).toEqual([
      expect.stringMatching(/^condition\.operator: /),
      expect.stringMatching(/^condition\.value: /),
    ]);
    expect(refused({ trigger: { periodMinutes: 5, threshold: 0.5 } })).toEqual([
      expect.stringMatching(/^trigger\.threshold: .*int/),
    ]);
    expect(refused({ condition: { kind: "custom", where: { all: [] } } })).toEqual([
      expect.stringMatching(/^condition\.where\.all: /),
    ]);
  });

  test("take cron only with seconds as digits, as the server would put the second of the save there", () => {
    const cron = (text: string) => refused({ trigger: { periodMinutes: 5, cron: text } });
    expect(cron("*/5 * * * *")).toContain("trigger.cron: needs six fields, seconds first: 0 30 9 * * *");
    expect(cron("* */5 * * * *")).toEqual(["trigger.cron: must give the seconds as digits: 0 30 9 * * *"]);
    expect(cron("0 */5 * * * *")).toEqual([]);
    expect(refused({ trigger: { periodMinutes: 5, cron: "0 0 9 * * *", timezone: "Mars/Olympus" } })).toEqual(
      ["trigger.timezone: must be an IANA time zone such as Europe/Paris"],
    );
    expect(refused({ trigger: { periodMinutes: 5, cron: "0 0 9 * * *", frequencyMinutes: 1 } })).toEqual([
      "trigger.cron: is instead of frequencyMinutes: give one of them",
    ]);
  });

  test("leave the trigger alone with an aggregation, as one server version forces it", () => {
    const aggregation = { function: "avg", column: "n", having: { operator: ">", value: 1 } };
    const where = { column: "level", operator: "=", value: "error" };
    expect(
      refused({
        condition: { kind: "custom", where, aggregation },
        trigger: { periodMinutes: 5, threshold: 3 },
      }),
    ).toEqual([expect.stringMatching(/^trigger\.threshold: .*having/)]);
    expect(refused({ condition: { kind: "custom", where, aggregation, realTime: true } })).toEqual([
      "condition.realTime: a real-time alert looks at single records and cannot aggregate",
    ]);
  });
});
