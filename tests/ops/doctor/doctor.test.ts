import { envNames, errorCodes, type LogStreamRole, metrics, otlpEndpoint, streams } from "@o2cqrs/contract";
import { createColors } from "picocolors";
import { runCommandLine } from "../../../ops/cli/program.js";
import { examine, type Diagnosis } from "../../../ops/doctor/examine.js";
import { type DoctorContext, type Topic, topicNames } from "../../../ops/doctor/observation.js";
import { doctorReport } from "../../../ops/doctor/report.js";
import { applicationRecord } from "../support/application-record.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";
import { recordSession } from "../support/session.js";

jest.setTimeout(240_000);

let stack: DeployedStack;
let healthy: DoctorContext;
let atRest: Diagnosis[];

const microseconds = () => Date.now() * 1000;

beforeAll(async () => {
  stack = await deployStack();
  const start = microseconds();
  await stack.runOrders(5, "errors");
  await steadyTimers(start, 3);
  healthy = await openContext(start);
  atRest = await examine(healthy);
});

afterAll(async () => {
  await healthy.close();
  await stack.close();
});

async function openContext(start: number): Promise<DoctorContext> {
  const context = await stack.openContext();
  const window = { start, end: microseconds() + 1_000_000 };
  return { ...context, window, settled: window, shellEnv: {} };
}

/** The healthy stack, seen from now on: only what is written meanwhile counts. */
async function after(write: () => Promise<unknown>): Promise<DoctorContext> {
  const start = microseconds();
  await write();
  const window = { start, end: microseconds() + 1_000_000 };
  return { ...healthy, window, settled: window };
}

const record = (role: LogStreamRole, changes: Record<string, unknown>) =>
  applicationRecord(role, { service: "ailing", type: "Ailing", handler: "AilingHandler", ...changes });

const ingest = (role: LogStreamRole, ...all: Record<string, unknown>[]) =>
  healthy.app.telemetry.ingest(
    streams[role].name,
    all.map((changes) => record(role, changes)),
  );

const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

/** Samples of a gauge at given times. */
async function gauge(
  name: string,
  labels: Record<string, string>,
  points: readonly (readonly [number, number])[],
) {
  const attributes = Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const dataPoints = points.map(([at, value]) => ({
    asDouble: value,
    timeUnixNano: `${Math.trunc(at)}000`,
    attributes,
  }));
  const { url, organization, user, password } = { ...stack, url: stack.server.url, organization: "default" };
  const response = await fetch(otlpEndpoint(url, organization, "metrics"), {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name, gauge: { dataPoints } }] }] }],
    }),
  });
  expect(response.status).toBe(200);
}

async function steadyTimers(start: number, value: number): Promise<void> {
  const end = microseconds();
  const at = times(10, (i) => [start + ((end - start) * (i + 0.5)) / 10, value] as const);
  await gauge(metrics.backgroundRefreshActive.name, { type: "GetOrder" }, at);
  await gauge(metrics.inflightOperations.name, { kind: "query" }, at);
}

const textOf = (diagnoses: readonly Diagnosis[]) => doctorReport(diagnoses, { colours: createColors(false) });

/** The problems of one topic: what was checked, with its particulars. */
async function problemsOf(topic: Topic, context: DoctorContext): Promise<Record<string, string>> {
  const [diagnosis] = await examine(context, [topic]);
  const found = diagnosis!.observations.filter(({ verdict }) => verdict === "problem");
  for (const { cure, seen } of found) expect([cure, seen]).not.toContain("");
  return Object.fromEntries(
    found.map(({ checked, seen, details = [] }) => [checked, [seen, ...details].join("; ")]),
  );
}

describe("the doctor on a healthy stack", () => {
  test.each(topicNames)("finds nothing wrong with %s", (topic) => {
    const { observations } = atRest.find((each) => each.topic === topic)!;
    expect(observations.filter(({ verdict }) => verdict === "problem")).toEqual([]);
    expect(observations.filter(({ verdict }) => verdict === "fine").length).toBeGreaterThan(0);
  });
});

describe("the doctor finds", () => {
  test("cache: a cache that keeps nothing, by the real service with its cache switched off", async () => {
    const found = await problemsOf("cache", await after(() => stack.runOrders(5, "cold-cache")));
    expect(found["the hit ratio by type"]).toMatch(/GetOrder 0% of \d+/);
  });

  test("cache: keys that repeat and never hit, stale answers, and refreshes that fail", async () => {
    const found = await problemsOf(
      "cache",
      await after(async () => {
        await ingest("queries", ...times(24, () => ({ type: "Off", cache_hit: false })));
        await ingest("queries", ...times(24, () => ({ type: "Old", stale: true })));
        await ingest("queries", { type: "Old", status: "error", error_code: errorCodes.refreshFailed });
      }),
    );
    expect(found["keys that are asked for again"]).toContain("Off: 24 queries for 1 keys");
    expect(found["stale answers"]).toContain("Old: 100% of its hits");
    expect(found["refreshes in the background"]).toContain("1 failed");
  });

  test("retries: failures that are never tried again", async () => {
    const found = await problemsOf(
      "retries",
      await after(() => ingest("commands", ...times(6, () => ({ status: "error", error_code: "DOWN" })))),
    );
    expect(found["whether failed commands are tried again"]).toContain("6 failed at their only try");
  });

  test("retries: tries that never help, and a command that was cancelled and goes on for ever", async () => {
    const long = microseconds() - 5 * 60_000_000;
    const context = await after(async () => {
      const failed = { status: "error", error_code: "DOWN", retry_count: 3 };
      await ingest("commands", ...times(6, () => failed));
      await ingest("commands", { type: "Hung", id: "hung-1", status: "start", _timestamp: long });
    });
    const found = await problemsOf("retries", {
      ...context,
      window: { start: long - 1, end: context.window.end },
    });
    expect(found["whether commands end"]).toContain("Hung hung-1 began and never ended");
    expect(await problemsOf("retries", context)).toMatchObject({
      "whether a retry helps": expect.stringContaining("all 6 failed again"),
    });
  });

  test("handlers: one that is missing, two for one command, an event that nobody hears", async () => {
    const found = await problemsOf(
      "handlers",
      await after(async () => {
        await ingest("queries", { type: "Lost", status: "error", error_code: errorCodes.handlerMissing });
        await ingest("commands", { type: "Twice", handler: "A" }, { type: "Twice", handler: "B" });
        await ingest("events", { type: "Unheard", status: "published" });
        await ingest("events", { type: "Anonymous", subscriber: "" });
      }),
    );
    expect(found["messages without a handler"]).toContain("cqrs-queries: Lost, 1 times");
    expect(found["commands and queries with two handlers"]).toContain("Twice in version 1 has 2 handlers");
    expect(found["events that nobody hears"]).toContain("Unheard: published 1 times");
    expect(found["the subscriber in event records"]).toContain("Anonymous: 1 records name none");
  });

  test("data: fields that are missing, and metrics that never came", async () => {
    const found = await problemsOf("data", await after(() => ingest("commands", { handler: "" })));
    expect(found["Every record has the common fields"]).toContain("handler is missing");
    expect(found["The metrics are there, with their labels"]).toContain("has no sample");
  });

  test("otlp: an address that leads nowhere, sampling of nothing, and no span", async () => {
    const context = await after(() => Promise.resolve());
    const wrong = `${healthy.appConfig.baseUrl}/otlp/v1/traces`;
    const tracing = { ...context.appConfig.tracing, samplingRate: 0 };
    const found = await problemsOf("otlp", {
      ...context,
      appEnv: { ...context.appEnv, [envNames.otlpTraces]: wrong },
      appConfig: { ...context.appConfig, tracing },
    });
    expect(found["the addresses in the environment"]).toContain(`${envNames.otlpTraces} is not`);
    expect(found["whether the endpoints answer and take the token"]).toBeDefined();
    expect(found.sampling).toContain("0% of traces");
    expect(found["spans that arrived"]).toContain("none");
  });

  test("timers: refreshers and operations that only grow, and refreshes of what nobody asks for", async () => {
    // Before the orders service ran, whose own samples would be in the way.
    const end = healthy.window.start;
    const start = end - 90_000_000;
    const growing = times(9, (i) => [start + i * 10_000_000 + 1, 5 + i * 20] as const);
    await gauge(metrics.backgroundRefreshActive.name, { type: "Leaky" }, growing);
    await gauge(metrics.inflightOperations.name, { kind: "command" }, growing);
    const found = await problemsOf("timers", { ...healthy, window: { start, end } });
    expect(found["timers of background refresh"]).toContain(
      "Leaky: at most 45 at first, at least 125 at last",
    );
    expect(found["operations under way"]).toContain("command: at most 45 at first");
    expect(found["refreshes of what nobody asks for"]).toContain("Leaky: 125 timers, no query");
  });

  test("connection: variables of the shell that are not the stack's", async () => {
    const agreeing = { OPENOBSERVE_BASE_URL: `${healthy.appConfig.baseUrl}/` };
    expect(await problemsOf("connection", { ...healthy, shellEnv: agreeing })).toEqual({});
    const found = await problemsOf("connection", { ...healthy, shellEnv: { OPENOBSERVE_ORG: "elsewhere" } });
    expect(found["the variables that are set in this shell"]).toContain(
      "OPENOBSERVE_ORG is not what the stack says",
    );
  });

  test("connection: a token that was replaced behind the stack's back (401)", async () => {
    const email = healthy.appConfig.user!;
    await healthy.admin.serviceAccounts.rotateToken({ email, first_name: "", last_name: "" });
    const found = await problemsOf("connection", healthy);
    expect(found["the application's token"]).toContain("401");
    expect(textOf(await examine(healthy, ["connection"]))).toContain(
      "o2cqrs up --refresh gives a lost one anew",
    );
  });
});

describe("the report of the doctor", () => {
  test("says for each topic what was checked, what was seen and what to do", () => {
    const text = textOf([
      {
        topic: "otlp",
        title: "What is sent by OTLP is not there",
        verdict: "problem",
        observations: [
          { checked: "sampling", seen: "100% of traces are kept", verdict: "fine" },
          { checked: "spans", seen: "0", verdict: "problem", details: ["none"], cure: "Send some." },
        ],
      },
    ]);
    expect(text).toContain("otlp: What is sent by OTLP is not there\n  ok      sampling: 100%");
    expect(text).toContain("  PROBLEM spans: 0\n            - none\n          What to do: Send some.");
    expect(text).toMatch(/Problems in otlp\.$/);
  });

  test("is asked for a topic that there is", async () => {
    const session = recordSession(stack.projectRoot, stack.operatorEnv());
    expect(await runCommandLine(["doctor", "--only", "weather"], session)).toBe(2);
    expect(session.stderr()).toContain("Topics: connection, cache");
  });
});
