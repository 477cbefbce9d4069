import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { AlertDestinationBody, ServerAlertDestination } from "../client/index.js";
import { type AlertDestinationInputs, alertDestinationShape } from "./args.js";
import { privateAddressReason } from "./private-address.js";

const guardCure =
  "OpenObserve v0.90 saves such a destination and refuses it when an alert fires; v0.92 refuses to save it. " +
  "Send to an address that is reachable from outside, or, where the server is told to allow it " +
  "(ZO_SSRF_ALLOW_LOOPBACK=true for loopback; from v0.92 ZO_SKIP_SSRF_CHECKS=true for all), set " +
  "allowPrivateAddress: true.";

/** A destination on a private address looks well and never delivers, so it is refused before it is made. */
export const alertDestinationSchema = alertDestinationShape.superRefine((destination, context) => {
  if (destination.type !== "http" || destination.allowPrivateAddress) return;
  const reason = privateAddressReason(destination.url);
  if (reason !== undefined)
    context.addIssue({ code: "custom", path: ["url"], message: `${reason}. ${guardCure}` });
});

export const alertDestinationKind: Kind<AlertDestinationInputs> = {
  name: "AlertDestination",
  schema: alertDestinationSchema,
  comparable: (inputs) => ({
    ...inputs,
    allowPrivateAddress: undefined,
    ...(inputs.type === "email" && { emails: [...new Set(inputs.emails)].sort() }),
  }),
  replaceOn: ["name"],
};

/** A webhook has room for the marker in its metadata. */
export function destinationBody(destination: AlertDestinationInputs): AlertDestinationBody {
  const { name, type, template } = destination;
  if (type === "email") return { name, type, template, emails: destination.emails };
  if (type === "sns")
    return { name, type, template, sns_topic_arn: destination.topicArn, aws_region: destination.region };
  const { url, method, headers, skipTlsVerify, marker } = destination;
  return {
    name,
    type,
    template,
    url,
    method,
    headers,
    skip_tls_verify: skipTlsVerify,
    ...(marker !== undefined && { metadata: { o2cqrs: marker } }),
  };
}

/** A destination as the server has it, in terms of arguments. */
export function existingFrom(destination: ServerAlertDestination): Existing<AlertDestinationInputs> {
  const marker = destination.metadata?.o2cqrs;
  return { inputs: inputsFrom(destination), marker: typeof marker === "string" ? marker : undefined };
}

/** A template that the server did not know when the destination was saved is gone from it. */
function inputsFrom(destination: ServerAlertDestination): AlertDestinationInputs {
  const { name, type } = destination;
  const common = { name, template: destination.template ?? "", adopt: false };
  if (type === "email") return { type, ...common, emails: destination.emails ?? [] };
  if (type === "sns")
    return {
      type,
      ...common,
      topicArn: destination.sns_topic_arn ?? "",
      region: destination.aws_region ?? "",
    };
  return {
    type,
    ...common,
    url: destination.url ?? "",
    method: methods.find((method) => method === destination.method) ?? "post",
    headers: destination.headers ?? {},
    skipTlsVerify: destination.skip_tls_verify ?? false,
    allowPrivateAddress: false,
  };
}

const methods = ["post", "put", "get"] as const;
