import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import {
  type AcceptanceId,
  acceptanceIds,
  alerts,
  envNames,
  folders,
  type LogStreamRole,
  logStreamRoles,
  metrics,
  otlpEndpoint,
  streams,
} from "@o2cqrs/contract";
import { OpenObserve } from "@o2cqrs/providers/client";
import { checks } from "../../../ops/verify/catalogue.js";
import { releaseFolder } from "../../../ops/verify/checks/release.js";
import { type VerifyContext } from "../../../ops/verify/context.js";
import { verify } from "../../../ops/verify/verify.js";
import { applicationRecord } from "../support/application-record.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";

jest.setTimeout(240_000);

let stack: DeployedStack;
let healthy: VerifyContext;

beforeAll(async () => {
  stack = await deployStack();
  await stack.runOrders(4);
  const releases = releaseFolder(stack.projectRoot, "ops");
  await mkdir(releases, { recursive: true });
  const report = { stack: "ops", startedAt: Date.now(), endedAt: Date.now() };
  const reports = {
    "gate-1.json": {
      ...report,
      kind: "gate",
      outcome: { kind: "rehearsed" },
      steps: [{ looks: [{ verdicts: [{ canarySample: 60, stableSample: 600 }] }] }],
    },
    "rollback-1.json": { ...report, kind: "rollback", steps: [{ status: "done" }] },
  };
  for (const [name, content] of Object.entries(reports))
    await writeFile(join(releases, name), JSON.stringify(content));
  healthy = await stack.openContext();
});

afterAll(async () => {
  await healthy.close();
  await stack.close();
});

const record = (role: LogStreamRole, changes: Record<string, unknown> = {}) =>
  applicationRecord(role, { service: "broken", type: "Broken", handler: "BrokenHandler", ...changes });

/** A context whose data begin now. */
async function fromNow(write: () => Promise<unknown>): Promise<VerifyContext> {
  const start = Date.now() * 1000;
  await write();
  const window = { start, end: Date.now() * 1000 + 1_000_000 };
  return { ...healthy, window, settled: window };
}

const ingest = (role: LogStreamRole, ...records: Record<string, unknown>[]) =>
  healthy.app.telemetry.ingest(streams[role].name, records);

const ingestAll = (changes: Partial<Record<LogStreamRole, Record<string, unknown>>>) => () =>
  Promise.all(logStreamRoles.map((role) => ingest(role, record(role, changes[role]))));

const many = (role: LogStreamRole, count: number, changes: Record<string, unknown>) => () =>
  ingest(role, ...Array.from({ length: count }, () => record(role, changes)));

async function otlp(signal: "traces" | "metrics", body: object): Promise<void> {
  const { url, organization } = healthy.admin;
  const response = await fetch(otlpEndpoint(url, organization, signal), {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${healthy.appConfig.user}:${healthy.appConfig.token}`).toString("base64")}`,
      "content-type": "application/json",
      ...(signal === "traces" ? { "stream-name": "traces" } : {}),
    },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

const nanos = () => String(BigInt(Date.now()) * 1_000_000n);

const span = (name: string, status: number) =>
  otlp("traces", {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: randomBytes(16).toString("hex"),
                spanId: randomBytes(8).toString("hex"),
                name,
                startTimeUnixNano: nanos(),
                endTimeUnixNano: nanos(),
                status: { code: status },
              },
            ],
          },
        ],
      },
    ],
  });

async function alertId(name: string): Promise<string> {
  return (await healthy.admin.alerts.list()).find((alert) => alert.name === name)!.alert_id;
}

async function maskingPipeline(role: LogStreamRole) {
  const all = await healthy.admin.pipelines.list();
  return all.find(({ source }) => source.stream_name === streams[role].storedName)!;
}

async function dashboard(title: string) {
  const folder = await healthy.admin.folders.getByName("dashboards", folders.dashboards.name);
  const found = (await healthy.admin.dashboards.list(folder!.folderId)).find(
    ({ content }) => content.title === title,
  );
  return { ...found!, folder: folder!.folderId };
}

/** What was changed on the server is changed back after each test. */
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

/** Rewrites the text of a dashboard on the server. */
async function editDashboard(title: string, edit: (json: string) => string): Promise<void> {
  const save = async (change: (json: string) => string) => {
    const { folder, id, hash, content } = await dashboard(title);
    const edited = JSON.parse(change(JSON.stringify(content)));
    await healthy.admin.dashboards.update(id, folder, hash, { ...edited, version: 8 });
    return JSON.stringify(content);
  };
  const original = await save(edit);
  undo.push(() => save(() => original));
}

async function switchOff(alert: string): Promise<void> {
  const id = await alertId(alert);
  await healthy.admin.alerts.setEnabled(id, false);
  undo.push(() => healthy.admin.alerts.setEnabled(id, true));
}

async function unmask(role: LogStreamRole): Promise<void> {
  const { pipeline_id } = await maskingPipeline(role);
  await healthy.admin.pipelines.setEnabled(pipeline_id, false);
  undo.push(() => healthy.admin.pipelines.setEnabled(pipeline_id, true));
}

const brokenSql = (json: string) =>
  json.replaceAll("approx_percentile_cont(duration_ms", "approx_percentile_cont(no_such_column");

/** What breaks each item; it gives the context to check in. */
const breakers: Readonly<Record<AcceptanceId, () => Promise<VerifyContext>>> = {
  "env-complete": async () => ({ ...healthy, appEnv: { ...healthy.appEnv, [envNames.token]: "" } }),
  "streams-exist": async () => {
    await healthy.admin.streams.delete(streams.quarantine.storedName, "logs");
    return healthy;
  },
  "streams-writable": async () => ({
    ...healthy,
    app: new OpenObserve({
      url: healthy.admin.url,
      organization: "default",
      credential: { kind: "basic", user: "nobody@example.com", password: "wrong" },
    }),
  }),
  "otlp-reachable": async () => ({
    ...healthy,
    appEnv: { ...healthy.appEnv, [envNames.otlpTraces]: `${healthy.admin.url}/otlp/v1/traces` },
  }),
  "log-coverage": () => fromNow(() => span("command.Unlogged", 1)),
  "log-fields": () => fromNow(ingestAll({ queries: { handler: "" } })),
  "log-status-fields": () => fromNow(ingestAll({ events: { subscriber: "" } })),
  "metrics-labelled": () =>
    fromNow(() =>
      otlp("metrics", {
        resourceMetrics: [
          {
            scopeMetrics: [
              {
                metrics: [
                  {
                    name: metrics.queryTotal.name,
                    gauge: { dataPoints: [{ asDouble: 1, timeUnixNano: nanos(), attributes: [] }] },
                  },
                ],
              },
            ],
          },
        ],
      }),
    ),
  "query-latency": async () => {
    await many("queries", 150, { duration_ms: 900 })();
    return fromNow(() => Promise.resolve());
  },
  "command-latency": async () => {
    await many("commands", 80, { duration_ms: 900 })();
    return fromNow(() => Promise.resolve());
  },
  "command-errors": () => fromNow(many("commands", 2, { status: "error" })),
  "cache-hit-ratio": () => fromNow(many("queries", 25, { cache_hit: false })),
  "background-refresh": () => fromNow(() => Promise.resolve()),
  "span-coverage": () => fromNow(ingestAll({})),
  "log-trace-link": () => fromNow(many("commands", 25, {})),
  "exceptions-recorded": () => fromNow(() => span("command.Failed", 2)),
  "alerts-enabled": async () => {
    await switchOff(alerts.queryLatency.name);
    return healthy;
  },
  "dlq-alert-immediate": async () => {
    await switchOff(alerts.eventDeadLetter.name);
    return healthy;
  },
  "alert-notifications": async () => {
    const [destination] = (await healthy.admin.alertDestinations.list()).filter(({ name }) =>
      name.startsWith("cqrs"),
    );
    const { name, template, url } = destination!;
    const receiveAt = (address: string) =>
      healthy.admin.alertDestinations.update({
        name,
        type: "http",
        template: template!,
        url: address,
        method: "post",
      });
    await receiveAt("http://127.0.0.2:9/");
    undo.push(() => receiveAt(url!));
    return healthy;
  },
  "alert-history": async () => {
    for (const { alert_id } of await healthy.admin.alerts.list()) await healthy.admin.alerts.delete(alert_id);
    return healthy;
  },
  // Shown by the drill's own tests.
  "alert-drill": async () => healthy,
  "pipelines-enabled": async () => {
    await unmask("commands");
    return healthy;
  },
  "pii-probe": async () => {
    await unmask("events");
    return healthy;
  },
  "pii-sample": async () => {
    await unmask("queries");
    return fromNow(many("queries", 60, { message: "call +49 1512 3456789" }));
  },
  "errors-become-metrics": async () => {
    await many("commands", 2, { status: "error", _timestamp: healthy.window.end - 4 * 60_000_000 })();
    return healthy;
  },
  retention: async () => {
    const keep = (days: number) =>
      healthy.admin.streams.updateSettings(streams.events.storedName, "logs", { data_retention: days });
    await keep(streams.events.retentionDays - 1);
    undo.push(() => keep(streams.events.retentionDays));
    return healthy;
  },
  "rates-set": async () => ({ ...healthy, appEnv: { ...healthy.appEnv, [envNames.samplingRate]: "" } }),
  "dashboards-load": async () => {
    await editDashboard("CQRS commands", brokenSql);
    return healthy;
  },
  "dashboard-drill-down": async () => {
    await editDashboard("CQRS events", (json) => json.replaceAll("$handler", ".*"));
    return healthy;
  },
  "dashboard-presets": async () => {
    await editDashboard("CQRS queries", brokenSql);
    return healthy;
  },
  "tokens-private": async () => {
    const file = join(stack.projectRoot, ".env");
    // As OpenTelemetry's header has it: the token itself is nowhere to be read.
    const { user, token } = healthy.appConfig;
    const basic = Buffer.from(`${user}:${token}`).toString("base64");
    await writeFile(file, `OTEL_EXPORTER_OTLP_HEADERS=Authorization=Basic%20${encodeURIComponent(basic)}\n`);
    undo.push(() => rm(file));
    return healthy;
  },
  "token-rights": async () => {
    const lenient = createServer((request, response) => {
      request.resume();
      response.setHeader("content-type", "application/json").end('{"code":200,"status":[]}');
    });
    await new Promise<void>((resolve) => lenient.listen(0, "127.0.0.1", resolve));
    lenient.unref();
    const baseUrl = `http://127.0.0.1:${(lenient.address() as AddressInfo).port}`;
    return { ...healthy, appConfig: { ...healthy.appConfig, baseUrl } };
  },
  https: async () => ({ ...healthy, environment: "prod" }),
  "rate-limit": async () => ({ ...healthy, target: "docker" }),
  "no-dead-letters": () => fromNow(many("events", 1, { dlq: true, status: "error" })),
  "no-quarantine": () =>
    fromNow(() =>
      healthy.admin.telemetry.ingest(streams.quarantine.name, [
        {
          stream: "cqrs-events",
          reason: "masking did not finish",
          quarantined_at: "now",
          record_id: randomUUID(),
        },
      ]),
    ),
  "release-rehearsed": async () => ({ ...healthy, stack: "another" }),
};

test("a gateway's own token must be kept from managing, for token-rights", async () => {
  const appConfig = { ...healthy.appConfig };
  delete appConfig.user;
  const manages = await checks["token-rights"]({ ...healthy, appConfig, app: healthy.admin });
  expect(manages).toMatchObject({
    verdict: "fail",
    details: ["the application's token reads the alerts as well"],
  });
  const { url, organization } = healthy.admin;
  const refused = new OpenObserve({
    url,
    organization,
    credential: { kind: "bearer", token: "of-a-gateway" },
  });
  const kept = await checks["token-rights"]({ ...healthy, appConfig, app: refused });
  await refused.close();
  expect(kept).toMatchObject({ verdict: "pass" });
  expect(kept.evidence).toContain("kept from managing");
});

/** How fast the service is here, and how often its cache answers in time, is the machine's doing. */
const timed: readonly AcceptanceId[] = ["query-latency", "command-latency", "cache-hit-ratio"];

describe("verify on a healthy stack", () => {
  test("finds nothing wrong, and says of everything else why it does not apply", async () => {
    const report = await verify(healthy, {});
    expect(report.results.map(({ id }) => id)).toEqual(acceptanceIds);
    const failed = report.results.filter(({ id, verdict }) => verdict === "fail" && !timed.includes(id));
    expect(failed).toEqual([]);
    const notApplicable = report.results
      .filter(({ verdict }) => verdict === "notApplicable")
      .map(({ id }) => id);
    expect(notApplicable).toEqual(expect.arrayContaining(["https", "alert-drill"]));
    expect(notApplicable.length).toBeLessThanOrEqual(7);
  });
});

test.each(timed)("verify of records that were fast and from the cache passes %s", async (id) => {
  // Two hours ago, before what the service of this test did.
  const at = Date.now() * 1000 - 2 * 3_600_000_000;
  const quick = { _timestamp: at, duration_ms: 20, status: "success" };
  await many("queries", 30, { ...quick, cache_hit: true })();
  await many("commands", 30, quick)();
  const window = { start: at - 60_000_000, end: at + 60_000_000 };
  expect(await checks[id]({ ...healthy, window })).toMatchObject({ verdict: "pass" });
});

/** What cannot be undone comes last. */
const last: readonly AcceptanceId[] = ["streams-exist", "alert-history"];

describe("verify notices when it is broken:", () => {
  const shown = acceptanceIds.filter((id) => id !== "alert-drill" && !last.includes(id));

  test.each([...shown, ...last])("%s", async (id) => {
    const { verdict, cure, evidence } = await checks[id](await breakers[id]());
    expect({ verdict, evidence }).toEqual({ verdict: "fail", evidence });
    expect(cure).toBeTruthy();
  });
});
