import { envNames, ingestMetrics, otlpEndpoint, type OtlpSignal, spans } from "@o2cqrs/contract";
import { otlpReachable } from "../../verify/checks/environment.js";
import { https } from "../../verify/checks/security.js";
import { numberIn, select, textIn } from "../../verify/context.js";
import { from } from "../../verify/sql.js";
import {
  type DoctorContext,
  type Examination,
  fine,
  fromFinding,
  type Observation,
  observe,
  problem,
} from "../observation.js";

/** The way of spans and metric points, from the address to the stream. */
export const otlp: Examination = async (context) => [
  addresses(context),
  fromFinding("whether the endpoints answer and take the token", await otlpReachable(context)),
  fromFinding("HTTPS", await https(context)),
  sampling(context),
  await lost(context),
  await arrived(context),
];

const variables = {
  logs: [envNames.otlpLogs, envNames.otelLogsEndpoint],
  metrics: [envNames.otlpMetrics, envNames.otelMetricsEndpoint],
  traces: [envNames.otlpTraces, envNames.otelTracesEndpoint],
} as const satisfies Record<OtlpSignal, readonly string[]>;

function addresses({ appEnv, appConfig }: DoctorContext): Observation {
  const problems = Object.entries(variables).flatMap(([signal, names]) => {
    const right = otlpEndpoint(appConfig.baseUrl, appConfig.org, signal as OtlpSignal);
    return names.filter((name) => appEnv[name] !== right).map((name) => `${name} is not ${right}`);
  });
  return observe("the addresses in the environment", problems, {
    seen: problems.length === 0 ? "as the server wants them" : `${problems.length} lead elsewhere`,
    cure: "OpenObserve takes OTLP at {url}/api/{organization}/v1/{signal}; /otlp/v1/{signal} is only the gateway's: take them from o2cqrs env.",
  });
}

function sampling({ appConfig: { enable, tracing } }: DoctorContext): Observation {
  const checked = "sampling";
  const seen = `${tracing.samplingRate * 100}% of traces are kept`;
  if (!enable) return problem(checked, "telemetry is off", `Set ${envNames.enabled} to true.`);
  if (!tracing.enabled) return problem(checked, "tracing is off", `Set ${envNames.tracingEnabled} to true.`);
  if (tracing.samplingRate > 0) return fine(checked, seen);
  return problem(checked, seen, "Raise o2cqrs:samplingRate; to find a fault set it to 1.");
}

/** The application counts what its exporters could not deliver. */
async function lost(context: DoctorContext): Promise<Observation> {
  const checked = "what the exporters lost";
  const { name } = ingestMetrics.exportFailures;
  const present = (await context.admin.streams.list("metrics")).some((stream) => stream.name === name);
  const sql = `SELECT signal, max(value) AS n FROM "${name}" GROUP BY signal`;
  const rows = present ? await select(context, sql, { type: "metrics" }) : [];
  const problems = rows
    .filter((row) => numberIn(row, "n") > 0)
    .map((row) => `${textIn(row, "signal")}: ${numberIn(row, "n")} lost`);
  return observe(checked, problems, {
    seen: problems.length === 0 ? "nothing that is known of" : problems.join(", "),
    cure: "The server refused or did not answer exports: check token, address and size limits, and the application's log.",
  });
}

async function arrived(context: DoctorContext): Promise<Observation> {
  const kinds = Object.values(spans).map(({ prefix }) => prefix);
  const where = kinds.map((prefix) => `operation_name LIKE '${prefix}.%'`).join(" OR ");
  const sql = `SELECT count(*) AS n FROM ${from("traces")} WHERE ${where}`;
  const [row] = await select(context, sql, { type: "traces" });
  const count = numberIn(row, "n");
  const seen = `${count} spans of commands, queries and events in the last ${context.since.text}`;
  return observe("spans that arrived", count === 0 ? ["none"] : [], {
    seen,
    cure: "Start the application with o2cqrs env and give it load; then look at the points above, from the top.",
  });
}
