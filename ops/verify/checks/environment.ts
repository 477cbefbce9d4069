import { randomUUID } from "node:crypto";
import {
  envNames,
  type LogStreamRole,
  logStreamRoles,
  type OtlpSignal,
  probe,
  streams,
} from "@o2cqrs/contract";
import { configFromEnv, identityFromEnv } from "openobserve-cqrs/runtime/env";
import { messageOf } from "../../cli/errors.js";
import { type Check, fail, judge, pass } from "../check.js";
import { numberIn, select, type VerifyContext } from "../context.js";
import { eventually } from "@o2cqrs/providers/client";
import { endpointOf, postOtlp } from "../probe/otlp.js";
import { probeRecord, probeRecordId } from "../probe/records.js";

/** The environment has every name and makes a valid configuration. */
export const envComplete: Check = ({ appEnv }) => {
  const names = Object.values(envNames);
  const missing = names.filter((name) => (appEnv[name] ?? "") === "").map((name) => `${name} is not set`);
  const problems = [...missing, ...configurationProblems(appEnv)];
  return Promise.resolve(
    judge(problems, {
      evidence: `${names.length - missing.length} of ${names.length} names set`,
      cure: "Deploy the stack again (o2cqrs up --refresh) and give the application its environment (o2cqrs env).",
    }),
  );
};

function configurationProblems(env: Readonly<Record<string, string>>): string[] {
  try {
    configFromEnv(env);
    identityFromEnv(env);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Every stream of the contract is there. */
export const streamsExist: Check = async ({ admin }) => {
  const present = new Set(
    (await admin.streams.list()).map(({ name, stream_type }) => `${stream_type}/${name}`),
  );
  const wanted = Object.values(streams);
  const missing = wanted.filter(({ type, storedName }) => !present.has(`${type}/${storedName}`));
  return judge(
    missing.map(({ name, type }) => `${name} (${type}) does not exist`),
    {
      evidence: `${wanted.length - missing.length} of ${wanted.length} exist`,
      cure: "Deploy the stack: o2cqrs up --refresh.",
    },
  );
};

const arriveWithinMs = 10_000;

/** A record that the application's credentials write to each stream can be read back. */
export const streamsWritable: Check = async (context) => {
  const id = probeRecordId();
  const attempts = [
    ...logStreamRoles.map((role) => ({
      stream: streams[role].name,
      write: () => writeLog(context, role, id),
    })),
    { stream: streams.metrics.name, write: () => writeMetric(context, id) },
    { stream: streams.traces.name, write: () => writeSpan(context) },
  ];
  const problems: string[] = [];
  for (const { stream, write } of attempts) {
    try {
      if (!(await write()))
        problems.push(`${stream}: what was written did not arrive in ${arriveWithinMs / 1000} s`);
    } catch (error) {
      problems.push(`${stream}: ${messageOf(error)}`);
    }
  }
  return judge(problems, {
    evidence: `${attempts.length - problems.length} of ${attempts.length} took a record and gave it back`,
    cure: "Check the token's rights and the stream's pipeline; o2cqrs up --refresh repairs both.",
  });
};

async function writeLog(context: VerifyContext, role: LogStreamRole, id: string): Promise<boolean> {
  await context.app.telemetry.ingest(streams[role].name, [probeRecord(role, id, context)]);
  return arrived(
    context,
    `SELECT count(*) AS n FROM "${streams[role].storedName}" WHERE recordid = '${id}'`,
    "logs",
  );
}

async function writeMetric(context: VerifyContext, id: string): Promise<boolean> {
  const attributes = Object.entries({ metric_name: "o2cqrs_probe", service: probe.service, probe_id: id });
  const point = {
    asDouble: 1,
    timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
    attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
  const metric = { name: streams.metrics.storedName, gauge: { dataPoints: [point] } };
  await postOtlp(context, "metrics", { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
  const sql = `SELECT count(*) AS n FROM "${streams.metrics.storedName}" WHERE probe_id = '${id}'`;
  return arrived(context, sql, "metrics");
}

async function writeSpan(context: VerifyContext): Promise<boolean> {
  const [traceId, spanId] = [randomUUID().replaceAll("-", ""), randomUUID().replaceAll("-", "").slice(16)];
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId,
    spanId,
    name: "o2cqrs.probe",
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now),
  };
  const resource = { attributes: [{ key: "service.name", value: { stringValue: probe.service } }] };
  await postOtlp(context, "traces", { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  return arrived(
    context,
    `SELECT count(*) AS n FROM "${streams.traces.storedName}" WHERE span_id = '${spanId}'`,
    "traces",
  );
}

async function arrived(
  context: VerifyContext,
  sql: string,
  type: "logs" | "metrics" | "traces",
): Promise<boolean> {
  const seen = await eventually(
    async () => {
      const window = { start: context.window.start, end: Date.now() * 1000 + 1_000_000 };
      const [row] = await select(context, sql, { type, window });
      return numberIn(row, "n") > 0 ? true : undefined;
    },
    { withinMs: arriveWithinMs },
  );
  return seen ?? false;
}

const signals: readonly OtlpSignal[] = ["logs", "metrics", "traces"];
const emptyExport = {
  logs: { resourceLogs: [] },
  metrics: { resourceMetrics: [] },
  traces: { resourceSpans: [] },
} as const;

/** The endpoints that the application's exporters are given take an export. */
export const otlpReachable: Check = async (context) => {
  const problems: string[] = [];
  for (const signal of signals) {
    try {
      await postOtlp(context, signal, emptyExport[signal]);
    } catch (error) {
      problems.push(`${endpointOf(context, signal)}: ${messageOf(error)}`);
    }
  }
  if (problems.length === 0) return pass(`${signals.join(", ")} answer at ${context.appConfig.baseUrl}`);
  return fail(
    `${signals.length - problems.length} of ${signals.length} answer`,
    "The path is {url}/api/{organization}/v1/{signal}; check the address, the token and the network between.",
    problems,
  );
};
