import { basename, join } from "node:path";
import { alerts } from "@o2cqrs/contract";
import { type AlertTest, readCaseFile } from "../../../ops/alerts/case-file.js";
import { RecordStore } from "../../../ops/alerts/record-store.js";
import { runTest } from "../../../ops/alerts/run-test.js";
import { shippedCaseFiles } from "../../../ops/alerts/test-files.js";

const repository = join(__dirname, "..", "..", "..");
const cases: { readonly file: string; readonly test: AlertTest }[] = [];

let store: RecordStore;

beforeAll(async () => {
  store = await RecordStore.open();
  for (const file of await shippedCaseFiles(repository)) {
    for (const test of await readCaseFile(file)) cases.push({ file: basename(file, ".yaml"), test });
  }
});
afterAll(() => store.close());

const expectsFiring = ({ alert_rule_test }: AlertTest) =>
  alert_rule_test.some(({ exp_alerts }) => exp_alerts.length > 0);
const expectsPeace = ({ alert_rule_test }: AlertTest) =>
  alert_rule_test.some(({ exp_alerts }) => exp_alerts.length === 0);
const casesOf = (name: string) => cases.filter(({ file }) => file === name).map(({ test }) => test);

describe("the cases that come with the project", () => {
  test("all pass", async () => {
    const failures: string[] = [];
    for (const { file, test } of cases) {
      const result = await runTest(test, store);
      failures.push(...result.failures.map((failure) => `${file}: ${test.name}: ${failure}`));
    }
    expect(failures).toEqual([]);
  }, 600_000);

  test.each(Object.values(alerts).map(({ name }) => name))(
    "%s: fires, stays quiet, resolves, and is silent after notifying",
    (name) => {
      const own = casesOf(name);
      expect(own.some(expectsFiring)).toBe(true);
      expect(own.some((test) => !expectsFiring(test) && expectsPeace(test))).toBe(true);
      expect(own.some((test) => test.name.startsWith("resolves") && expectsPeace(test))).toBe(true);
      expect(
        own.flatMap((test) => test.notification_test).some(({ exp_times }) => exp_times.length > 1),
      ).toBe(true);
    },
  );

  const holding: readonly string[] = ["latency", "errorRatio", "gauge", "silence", "burnRate"];

  test.each(
    Object.values(alerts)
      .filter(({ signal }) => holding.includes(signal.kind))
      .map(({ name }) => name),
  )("%s, which a breach must last for: does not fire before its window has passed", (name) => {
    const early = casesOf(name).filter((test) => / before (its|the long) window/.test(test.name));
    expect(early).toHaveLength(1);
    expect(early.every((test) => expectsPeace(test))).toBe(true);
  });

  test("belong to alerts of the catalogue", () => {
    const known: readonly string[] = Object.values(alerts).map(({ name }) => name);
    expect(cases.map(({ file }) => file).filter((file) => !known.includes(file))).toEqual([]);
  });

  test("fail when what they expect is turned round", async () => {
    const checked = cases.filter(({ test }) => test.alert_rule_test.length > 0);
    const passed: string[] = [];
    for (const { file, test } of checked) {
      const [first] = test.alert_rule_test;
      if (first === undefined) continue;
      const turned = { ...first, exp_alerts: first.exp_alerts.length > 0 ? [] : [{ exp_labels: {} }] };
      const flipped = { ...test, alert_rule_test: [turned], notification_test: [] };
      const { failures } = await runTest(flipped, store);
      if (failures.length === 0) passed.push(`${file}: ${test.name}`);
    }
    expect(checked.length).toBeGreaterThan(80);
    expect(passed).toEqual([]);
  }, 600_000);
});
