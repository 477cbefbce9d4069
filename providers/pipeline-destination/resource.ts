import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { secret } from "@pulumi/pulumi/output";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { PipelineDestinationArgs } from "./args.js";

/**
 * Where a pipeline's `remote` output sends records, outside this server. Its address and headers are kept as
 * secrets.
 *
 * @example
 * const archive = new PipelineDestination("archive", {
 *   name: "archive",
 *   url: "https://archive.example.com/ingest",
 *   headers: { Authorization: config.requireSecret("archiveToken") },
 *   outputFormat: "ndjson",
 * });
 */
export class PipelineDestination extends OpenObserveResource {
  /** Name by which pipelines refer to it. */
  declare readonly name: Output<string>;

  constructor(name: string, args: PipelineDestinationArgs, options: CustomResourceOptions = {}) {
    const secrets = { url: secret(args.url), headers: secret(args.headers ?? {}) };
    const properties = { ...args, ...secrets, marker: markerOf(name) };
    super("PipelineDestination", "@o2cqrs/providers/pipeline-destination/provider", name, properties, {
      ...options,
      additionalSecretOutputs: ["url", "headers", ...(options.additionalSecretOutputs ?? [])],
    });
    this.name = this.known(args.name, (given) => given.trim());
  }
}
