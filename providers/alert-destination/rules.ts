import { markerInMetadata, methodFrom, refusePrivateAddress } from "../base/destination.js";
import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { AlertDestinationBody, ServerAlertDestination } from "../client/index.js";
import { type AlertDestinationInputs, alertDestinationShape } from "./args.js";

export const alertDestinationSchema = alertDestinationShape.superRefine((destination, context) => {
  if (destination.type === "http") refusePrivateAddress(destination, context);
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
  return { inputs: inputsFrom(destination), marker: markerInMetadata(destination.metadata) };
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
    method: methodFrom(destination.method),
    headers: destination.headers ?? {},
    skipTlsVerify: destination.skip_tls_verify ?? false,
    allowPrivateAddress: false,
  };
}
