import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alerts } from "@o2cqrs/contract";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { shippedCaseFiles } from "../../../ops/alerts/test-files.js";
import { alertQuery } from "../../../stacks/cqrs/queries/alert-query.js";
import { describeWithProgram } from "../../system/program.js";

const repository = join(__dirname, "..", "..", "..");

/** As much of a case as promtool knows too, as it is written. */
const promtoolTest = z.object({
  name: z.string(),
  input_series: z.array(z.object({ series: z.string(), values: z.coerce.string() })).optional(),
  alert_rule_test: z.array(z.looseObject({ alertname: z.string() })).optional(),
});
const promtoolFile = z.object({ tests: z.array(promtoolTest) });

const rules = Object.values(alerts).flatMap((alert) => {
  const { condition } = alertQuery(alert, 1);
  if (condition.kind !== "promql") return [];
  return [{ alert: alert.name, expr: `(${condition.promql}) ${condition.operator} ${condition.value}` }];
});

describeWithProgram("promtool", "Prometheus on the cases of the PromQL alerts", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "o2cqrs-promtool-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  async function tests() {
    const files = await shippedCaseFiles(repository);
    const all = files.flatMap((file) => promtoolFile.parse(parse(readFileSync(file, "utf8"))).tests);
    return all.flatMap(({ alert_rule_test = [], ...test }) => {
      const known = alert_rule_test.filter(({ alertname }) => rules.some(({ alert }) => alert === alertname));
      return known.length === 0 ? [] : [{ ...test, interval: "1m", alert_rule_test: known }];
    });
  }

  /** A file for each alert: promtool evaluates every rule of a file each minute of each case. */
  function judge(all: Awaited<ReturnType<typeof tests>>) {
    const files = rules.flatMap((rule) => {
      const own = all.filter(({ alert_rule_test }) =>
        alert_rule_test.every(({ alertname }) => alertname === rule.alert),
      );
      if (own.length === 0) return [];
      const ruleFile = `${rule.alert}.rules.yml`;
      const testFile = `${rule.alert}.yml`;
      writeFileSync(join(folder, ruleFile), stringify({ groups: [{ name: "cqrs", rules: [rule] }] }));
      writeFileSync(
        join(folder, testFile),
        stringify({ rule_files: [ruleFile], evaluation_interval: "1m", tests: own }),
      );
      return [{ testFile, count: own.length }];
    });
    // A case of several alerts would be in no file, and pass unseen.
    expect(files.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
    const names = files.map(({ testFile }) => testFile);
    return spawnSync("promtool", ["test", "rules", ...names], { cwd: folder, encoding: "utf8" });
  }

  test("agrees with every one", async () => {
    const all = await tests();
    const judged = new Set(all.flatMap(({ alert_rule_test }) => alert_rule_test.map((one) => one.alertname)));
    expect(judged).toEqual(new Set(rules.map(({ alert }) => alert)));
    const { status, stderr, stdout } = judge(all);
    expect({ status, said: status === 0 ? "" : stderr + stdout }).toEqual({ status: 0, said: "" });
  }, 120_000);

  test("would disagree with a turned one", async () => {
    const turned = (await tests()).slice(0, 1).map((test) => ({
      ...test,
      alert_rule_test: test.alert_rule_test.map((one) => ({
        ...one,
        exp_alerts: [{ exp_labels: { type: "Other" } }],
      })),
    }));
    expect(judge(turned).status).not.toBe(0);
  });
});
