import { rewriteStreamName } from "@o2cqrs/contract";
import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { OpenObserveResource } from "../base/resource.js";
import type { StreamType } from "../base/inputs.js";
import type { StreamArgs } from "./args.js";

/**
 * A stream of logs, metrics or traces: its columns, indexes and retention.
 *
 * A stream that is there already, because something was ingested into it, is adopted and brought to these
 * settings. Deleting the resource deletes the data; use `retainOnDelete` or `protect` to keep it.
 *
 * @example
 * const commands = new Stream("commands", {
 *   name: "cqrs-commands",
 *   fields: [{ name: "handler", type: "Utf8" }, { name: "error", type: "Utf8" }],
 *   fullTextSearch: ["error"],
 *   index: ["handler"],
 *   retentionDays: 30,
 * });
 */
export class Stream extends OpenObserveResource {
  /** Stored name, which SQL, alerts and pipelines want. */
  declare readonly name: Output<string>;
  declare readonly type: Output<StreamType>;

  constructor(name: string, args: StreamArgs, options?: CustomResourceOptions) {
    super("Stream", "@o2cqrs/providers/stream/provider", name, args, options);
    this.name = this.known(args.name, rewriteStreamName);
    this.type = this.known(args.type, (type): StreamType => type ?? "logs");
  }
}
