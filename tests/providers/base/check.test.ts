import { runtime } from "@pulumi/pulumi";
import { AlertProvider } from "../../../providers/alert/provider.js";
import { StreamProvider } from "../../../providers/stream/provider.js";
import { DashboardProvider } from "../../../providers/dashboard/provider.js";

const unknown: string = runtime.unknownValue;

describe("In a preview, what is not known yet", () => {
  const alert = {
    name: "a",
    stream: unknown,
    condition: { kind: "sql", sql: "SELECT count(*) AS n FROM s" },
    trigger: { periodMinutes: 5 },
    destinations: [unknown],
    folder: unknown,
  };

  test("is not judged, and all else is", () => {
    const provider = new AlertProvider();
    expect(provider.check({}, alert).failures).toEqual([]);
    const wrong = provider.check({}, { ...alert, trigger: { periodMinutes: unknown, threshold: 0.5 } });
    expect(wrong.failures?.map(({ property }) => property)).toEqual(["trigger.threshold"]);
    expect(provider.check({}, { ...alert, condition: unknown }).failures).toEqual([]);
  });

  test("leaves the defaults of all else in place", () => {
    const { inputs } = new StreamProvider().check({}, { name: "Cqrs-Commands", retentionDays: unknown });
    expect(inputs).toMatchObject({ name: "cqrs_commands", type: "logs", retentionDays: unknown, fields: [] });
  });

  test("counts as a change, as the engine asks again when it is known", () => {
    const provider = new StreamProvider();
    const { inputs } = provider.check({}, { name: "s" });
    const diff = provider.diff("logs/s", inputs ?? {}, { ...inputs, retentionDays: unknown } as never);
    expect(diff).toMatchObject({ changes: true, diffs: ["retentionDays"], replaces: [] });
  });

  test("may be deep inside a list", () => {
    const query = { kind: "sql", sql: unknown, stream: unknown };
    const panel = {
      id: "p",
      type: "line",
      title: "",
      layout: { x: 0, y: 0, w: 96, h: 10 },
      queries: [query],
    };
    const { failures } = new DashboardProvider().check(
      {},
      { title: "t", tabs: [{ name: "m", panels: [panel] }] },
    );
    expect(failures).toEqual([]);
  });
});

describe("A state of an earlier release", () => {
  test("that lacks a property of this one does not differ by that alone", () => {
    const provider = new StreamProvider();
    const { inputs } = provider.check({}, { name: "s", retentionDays: 7 });
    expect(
      provider.diff("logs/s", { name: "s", type: "logs", retentionDays: 7 }, inputs as never).changes,
    ).toBe(false);
  });
});
