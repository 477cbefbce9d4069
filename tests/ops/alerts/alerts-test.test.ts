import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCaseFile } from "../../../ops/alerts/case-file.js";
import { samplesOf } from "../../../ops/alerts/samples.js";
import { runCommandLine } from "../../../ops/cli/program.js";
import { recordSession } from "../support/session.js";

const repository = join(__dirname, "..", "..", "..");

const hitRatio = (value: number, labels = "{ type: GetOrder }") => `
tests:
  - name: few <hits>
    input_series:
      - series: 'cqrs_query_cache_hit_ratio{type="GetOrder"}'
        values: ${value}x40
    alert_rule_test:
      - eval_time: 30m
        alertname: cqrs-query-cache-hit-ratio
        exp_alerts: [{ exp_labels: ${labels} }]
    notification_test:
      - alertname: cqrs-query-cache-hit-ratio
        until: 30m
        exp_times: [15m]
`;

describe("o2cqrs alerts test", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "o2cqrs-alerts-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  async function run(text: string, ...options: string[]) {
    const file = join(folder, "cases.yaml");
    writeFileSync(file, text);
    const session = recordSession(repository);
    const code = await runCommandLine(["alerts", "test", file, ...options], session);
    return { code, out: session.stdout(), err: session.stderr() };
  }

  test("ends with 0 and a sum when every case passes", async () => {
    const { code, out } = await run(hitRatio(0.3));
    expect(code).toBe(0);
    expect(out).toMatch(/pass {2}cases.yaml: 1 of 1\n1 cases, 0 failed/);
  });

  test("ends with 1 and says what was expected, and what came", async () => {
    const { code, out, err } = await run(hitRatio(0.8));
    expect(code).toBe(1);
    expect(out).toContain('cqrs-query-cache-hit-ratio at 30m: expected {type="GetOrder"}, got no alert');
    expect(out).toContain("expected to notify at 15m, notified at never");
    expect(err).toContain("1 alert case failed");
  });

  test("takes a firing with other labels for another alert", async () => {
    const { code, out } = await run(hitRatio(0.3, "{ type: ListOrders }"));
    expect(code).toBe(1);
    expect(out).toContain('expected {type="ListOrders"}, got {type="GetOrder"}');
  });

  test("writes JSON, and JUnit XML with names escaped", async () => {
    const junit = join(folder, "junit.xml");
    const { out } = await run(hitRatio(0.8), "--json", "--junit", junit);
    expect(JSON.parse(out)).toMatchObject([{ tests: [{ name: "few <hits>" }] }]);
    expect(out).toContain("expected to notify at 15m, notified at never");
    const xml = readFileSync(junit, "utf8");
    expect(xml).toContain('<testsuite name="cases.yaml" tests="1" failures="1"');
    expect(xml).toContain('name="few &lt;hits&gt;"');
  });

  test("ends with 2 and the line and path of everything that is wrong", async () => {
    const { code, err } = await run(`tests:
  - name: wrong
    input_series:
      - series: up{job=~"a"}
        values: 1 two
    input_records:
      - { stream: cqrs-commands, at: 1m, record: { colour: red } }
    alert_rule_test:
      - eval_time: soon
        alertname: no-such-alert
        exp_alert: []
`);
    expect(code).toBe(2);
    expect(err).toContain("cases.yaml:4: tests[0].input_series[0].series: label job must be given with =");
    expect(err).toContain('cases.yaml:5: tests[0].input_series[0].values: "two" is no sample');
    expect(err).toContain(
      "cases.yaml:7: tests[0].input_records[0].record.colour: cqrs-commands has no such column",
    );
    expect(err).toContain("cases.yaml:9: tests[0].alert_rule_test[0].eval_time: not a valid duration");
    expect(err).toContain("cases.yaml:10: tests[0].alert_rule_test[0].alertname: ");
    expect(err).toContain('Unrecognized key: "exp_alert"');
  });

  test("passes the case that the documentation shows", async () => {
    const page = readFileSync(join(repository, "docs", "alerts.md"), "utf8");
    const [, example = ""] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    const { code, out } = await run(example);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining("1 cases, 0 failed") as string,
    });
  });

  test("refuses a file that is absent, no YAML, or expects nothing", async () => {
    expect(await runCommandLine(["alerts", "test", join(folder, "no.yaml")], recordSession(repository))).toBe(
      2,
    );
    expect((await run("tests: [")).code).toBe(2);
    expect(() => parseCaseFile("tests: [{ name: idle }]", "f.yaml")).toThrow(
      "f.yaml:1: tests[0]: expects nothing",
    );
  });
});

test.each([
  ["1 2.5 -3", [1, 2.5, -3]],
  ["0+10x3", [0, 10, 20, 30]],
  ["10-2x2 7", [10, 8, 6, 7]],
  ["5x2 _ _x2 1e3", [5, 5, 5, undefined, undefined, undefined, 1000]],
])("samples written %s are read as promtool reads them", (notation, samples) => {
  expect(samplesOf(notation)).toEqual(samples);
});

test("a notation of endless samples is refused before it is expanded", () => {
  expect(() => samplesOf("1x999999999")).toThrow("more than 100000 samples");
});
