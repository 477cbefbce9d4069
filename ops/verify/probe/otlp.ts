import { envNames, otlpEndpoint, type OtlpSignal, streamHeader } from "@o2cqrs/contract";
import { type VerifyContext } from "../context.js";
import { postJson, type Writer } from "./post.js";

const endpointNames = {
  logs: envNames.otlpLogs,
  metrics: envNames.otlpMetrics,
  traces: envNames.otlpTraces,
} as const;

/** Where the application sends a signal. */
export const endpointOf = (
  { appEnv, appConfig }: Pick<VerifyContext, "appEnv" | "appConfig">,
  signal: OtlpSignal,
) => appEnv[endpointNames[signal]] ?? otlpEndpoint(appConfig.baseUrl, appConfig.org, signal);

/**
 * Sends OTLP as JSON, as an exporter does: the environment's endpoint, the application's credentials.
 * @throws Error when the server does not take it
 */
export async function postOtlp(
  context: Writer & Pick<VerifyContext, "appEnv">,
  signal: OtlpSignal,
  body: object,
): Promise<void> {
  const headers = signal === "traces" ? { [streamHeader]: context.appConfig.streams.traces } : {};
  await postJson(context, endpointOf(context, signal), body, headers);
}
