import { authorization } from "openobserve-cqrs/runtime/env";
import { type VerifyContext } from "../context.js";

export type Writer = Pick<VerifyContext, "appConfig" | "signal">;

/**
 * Sends JSON with the application's credentials.
 * @throws Error when the server does not take it
 */
export async function postJson(
  { appConfig, signal }: Writer,
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: authorization(appConfig), "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(appConfig.performance.timeout)]),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`answered ${response.status}${text === "" ? "" : `: ${text.slice(0, 200)}`}`);
}
