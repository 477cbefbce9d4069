import { type AcceptanceId, piiMarker, streams } from "@o2cqrs/contract";
import { type ServerPipeline } from "@o2cqrs/providers/client";
import { dashboardsLoad } from "../../../ops/verify/checks/dashboards.js";
import { logCoverage } from "../../../ops/verify/checks/logs.js";
import { pipelinesEnabled } from "../../../ops/verify/checks/pipelines.js";
import { rateLimit, tokensPrivate } from "../../../ops/verify/checks/security.js";
import { type VerifyContext } from "../../../ops/verify/context.js";
import { drillFinding } from "../../../ops/verify/drill/finding.js";
import { verify } from "../../../ops/verify/verify.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";

jest.setTimeout(240_000);

/** What can be shown of a stack that no application has written to yet: what is deployed, and what probes write. */
const shownWithoutData: readonly AcceptanceId[] = [
  "env-complete",
  "streams-exist",
  "streams-writable",
  "otlp-reachable",
  "alerts-enabled",
  "dlq-alert-immediate",
  "alert-notifications",
  "pipelines-enabled",
  "pii-probe",
  "retention",
  "rates-set",
  "dashboards-load",
  "dashboard-drill-down",
  "dashboard-presets",
  "tokens-private",
  "token-rights",
];

describe("verify of a stack without any telemetry", () => {
  let stack: DeployedStack;
  let context: VerifyContext;
  beforeAll(async () => {
    stack = await deployStack();
    context = await stack.openContext();
  });
  afterAll(async () => {
    await context.close();
    await stack.close();
  });

  test("passes nothing that telemetry would have to show, and gives the reason for each", async () => {
    const { results } = await verify(context, {});
    const passed = results.filter(({ verdict }) => verdict === "pass").map(({ id }) => id);
    // Whether the server has evaluated alerts by now is a matter of time, not of telemetry.
    expect(passed.filter((id) => id !== "alert-history")).toEqual(shownWithoutData);
    const silent = results.filter(({ evidence, verdict, cure = "" }) =>
      [evidence, verdict === "fail" ? cure : "-"].includes(""),
    );
    expect(silent).toEqual([]);
  });

  test("passes no dashboard that asks nothing", async () => {
    const { folders, dashboards, telemetry } = context.admin;
    const admin = {
      folders,
      telemetry,
      dashboards: {
        list: async (folder: string) =>
          (await dashboards.list(folder)).map((found) => ({
            ...found,
            content: {
              ...found.content,
              tabs: [{ tabId: "1", name: "1", panels: [{ title: "Nothing", queries: [] }] }],
            },
          })),
      },
    } as unknown as VerifyContext["admin"];
    expect(await dashboardsLoad({ ...context, admin })).toMatchObject({
      verdict: "fail",
      evidence: expect.stringContaining("0 of 0 panel queries run"),
      details: expect.arrayContaining(["CQRS commands asks nothing"]),
    });
  });

  test("passes no pipeline that stores nothing", async () => {
    const withoutOutput = (pipeline: ServerPipeline): ServerPipeline => ({
      ...pipeline,
      nodes: pipeline.nodes.filter(({ io_type }) => io_type !== "output"),
    });
    const pipelines = await context.admin.pipelines.list();
    const admin = {
      pipelines: { list: () => Promise.resolve(pipelines.map(withoutOutput)) },
    } as unknown as VerifyContext["admin"];
    const finding = await pipelinesEnabled({ ...context, admin });
    expect(finding).toMatchObject({ verdict: "fail", evidence: `0 of 3 on and guarded by ${piiMarker}` });
    expect(finding.details?.join()).toContain(`stores nothing in ${streams.commands.name}`);
  });

  test("does not take a search for no credential for one that found none", async () => {
    expect(await tokensPrivate({ ...context, secrets: ["short"] })).toMatchObject({
      verdict: "notApplicable",
    });
  });

  test("does not take a server that is away for one without a limit", async () => {
    const appConfig = { ...context.appConfig, baseUrl: "http://127.0.0.1:9" };
    await expect(rateLimit({ ...context, appConfig })).rejects.toThrow("cannot be reached");
  });
});

test("a drill that watched no alert on healthy telemetry shows nothing of false positives", () => {
  const outcomes = [{ alert: "a", fired: true, toldAfterMs: 1000 }];
  expect(drillFinding({ outcomes, toldBy: "notifications" })).toMatchObject({
    verdict: "notApplicable",
    evidence: expect.stringContaining("false positives are unknown"),
  });
});

describe("the coverage of logs", () => {
  const contextWith = (traced: readonly string[], samplingRate: number) =>
    ({
      admin: {
        telemetry: {
          search: (sql: string) => {
            const prefix = /LIKE '(\w+)\./.exec(sql)?.[1];
            if (prefix === undefined) return Promise.resolve({ rows: [{ spanid: "ab" }] });
            const rows = [{ span_id: "ab", operation_name: `${prefix}.Some` }];
            return Promise.resolve({ rows: traced.includes(prefix) ? rows : [] });
          },
        },
      },
      appConfig: { tracing: { samplingRate } },
      window: { start: 0, end: 1 },
      settled: { start: 0, end: 1 },
    }) as unknown as VerifyContext;

  test("is shown of every bus, or not at all", async () => {
    expect(await logCoverage(contextWith(["command", "query", "event"], 1))).toMatchObject({
      verdict: "pass",
    });
    expect(await logCoverage(contextWith(["command", "query"], 1))).toMatchObject({
      verdict: "fail",
      evidence: "2 of 2 traced operations have their record, and no event was traced",
    });
    expect(await logCoverage(contextWith(["query"], 0.1))).toMatchObject({
      verdict: "notApplicable",
      evidence: expect.stringContaining("no command, no event was traced at this sampling rate"),
    });
  });
});
