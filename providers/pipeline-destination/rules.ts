import { markerInMetadata, methodFrom, refusePrivateAddress } from "../base/destination.js";
import type { Kind } from "../base/kind.js";
import { type Existing, TakeOverRefusedError } from "../base/take-over.js";
import type {
  PipelineDestinationBody,
  ServerOutputFormat,
  ServerPipelineDestination,
} from "../client/index.js";
import { type PipelineDestinationInputs, pipelineDestinationShape } from "./args.js";

export const pipelineDestinationSchema = pipelineDestinationShape.superRefine(refusePrivateAddress);

export const pipelineDestinationKind: Kind<PipelineDestinationInputs> = {
  name: "PipelineDestination",
  schema: pipelineDestinationSchema,
  comparable: (inputs) => ({ ...inputs, allowPrivateAddress: undefined }),
  replaceOn: ["name"],
};

export function destinationBody(destination: PipelineDestinationInputs): PipelineDestinationBody {
  const { name, url, method, headers, skipTlsVerify, outputFormat, marker } = destination;
  return {
    name,
    type: "http",
    url,
    method,
    headers,
    skip_tls_verify: skipTlsVerify,
    output_format: serverFormat(outputFormat),
    ...(marker !== undefined && { metadata: { o2cqrs: marker } }),
  };
}

/** A destination as the server has it, in terms of arguments. */
export function existingFrom(destination: ServerPipelineDestination): Existing<PipelineDestinationInputs> {
  return {
    inputs: {
      name: destination.name,
      url: destination.url ?? "",
      method: methodFrom(destination.method),
      headers: destination.headers ?? {},
      skipTlsVerify: destination.skip_tls_verify ?? false,
      outputFormat: formatFrom(destination.output_format ?? "json"),
      allowPrivateAddress: false,
      adopt: false,
    },
    marker: markerInMetadata(destination.metadata),
  };
}

type OutputFormat = PipelineDestinationInputs["outputFormat"];

function serverFormat(format: OutputFormat): ServerOutputFormat {
  return typeof format === "object" && "stringSeparated" in format
    ? { stringseparated: format.stringSeparated }
    : format;
}

function formatFrom(format: ServerOutputFormat): OutputFormat {
  return typeof format === "object" && "stringseparated" in format
    ? { stringSeparated: { ...format.stringseparated } }
    : format;
}

/**
 * Destinations of alerts and of pipelines share their names, and a write makes the one into the other.
 *
 * @throws TakeOverRefusedError for an alert's destination
 */
export function refuseAlertDestination({ name, template }: ServerPipelineDestination): void {
  if (template === undefined || template === null) return;
  throw new TakeOverRefusedError(
    `A destination ${name} exists and is one of alerts, which would no longer deliver. Choose another name.`,
  );
}
