import { z } from "zod";
import { privateAddressReason } from "./private-address.js";

/** What the webhooks of alerts and the remote destinations of pipelines have in common. */

export const destinationMethods = ["post", "put", "get"] as const;

export const webAddressSchema = z.url({
  protocol: /^https?$/,
  error: "must be an http:// or https:// address",
});

export const webhookFields = {
  url: webAddressSchema,
  method: z.enum(destinationMethods).default("post"),
  headers: z.record(z.string().min(1), z.string()).default({}),
  skipTlsVerify: z.boolean().default(false),
  allowPrivateAddress: z.boolean().default(false),
};

const guardCure =
  "OpenObserve v0.90 saves such a destination and refuses it when it is used; v0.92 refuses to save it. " +
  "Send to an address that is reachable from outside, or, where the server is told to allow it " +
  "(ZO_SSRF_ALLOW_LOOPBACK=true for loopback; from v0.92 ZO_SKIP_SSRF_CHECKS=true for all), set " +
  "allowPrivateAddress: true.";

/** A destination on a private address looks well and never delivers, so it is refused before it is made. */
export function refusePrivateAddress(
  { url, allowPrivateAddress }: { readonly url: string; readonly allowPrivateAddress: boolean },
  context: z.RefinementCtx,
): void {
  if (allowPrivateAddress) return;
  const reason = privateAddressReason(url);
  if (reason !== undefined)
    context.addIssue({ code: "custom", path: ["url"], message: `${reason}. ${guardCure}` });
}

/** A method as the server answers it; `post` for one that no argument can name. */
export function methodFrom(method: string | null | undefined): (typeof destinationMethods)[number] {
  return destinationMethods.find((known) => known === method) ?? "post";
}

/** The marker in a destination's metadata. */
export function markerInMetadata(metadata: Readonly<Record<string, unknown>> | null | undefined) {
  const marker = metadata?.o2cqrs;
  return typeof marker === "string" ? marker : undefined;
}
