import { authorization } from "openobserve-cqrs/runtime/env";
import { Agent, request } from "undici";
import { type VerifyContext } from "../context.js";

export type Writer = Pick<VerifyContext, "appConfig" | "caCertificate" | "signal">;

/**
 * Sends JSON with the application's credentials.
 * @throws Error when the server does not take it
 */
export async function postJson(
  { appConfig, caCertificate, signal }: Writer,
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const dispatcher = new Agent({ connect: caCertificate === undefined ? {} : { ca: caCertificate } });
  try {
    const response = await request(url, {
      dispatcher,
      method: "POST",
      headers: { authorization: authorization(appConfig), "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(appConfig.performance.timeout)]),
    });
    const { statusCode: status } = response;
    const text = await response.body.text();
    // A redirect is no success, and is not followed: the credentials are for this server.
    if (status < 200 || status >= 300)
      throw new Error(`answered ${status}${text === "" ? "" : `: ${text.slice(0, 200)}`}`);
  } finally {
    await dispatcher.destroy();
  }
}
