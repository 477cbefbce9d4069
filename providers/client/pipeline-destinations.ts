import { z } from "zod";
import type { Capabilities } from "./capabilities.js";
import { NamedObjects } from "./named-objects.js";
import type { Transport } from "./transport.js";

/** How records are written into the body of a request. */
export type ServerOutputFormat =
  | "json"
  | "ndjson"
  | "nestedevent"
  | { readonly esbulk: { readonly index: string } }
  | { readonly stringseparated: { readonly separator: string } };

export interface PipelineDestinationBody {
  readonly name: string;
  readonly type: "http";
  readonly url: string;
  readonly method: "post" | "put" | "get";
  readonly headers: Readonly<Record<string, string>>;
  readonly skip_tls_verify: boolean;
  readonly output_format: ServerOutputFormat;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const serverPipelineDestinationSchema = z.looseObject({
  name: z.string(),
  /** Only an alert's destination has one. */
  template: z.string().nullish(),
  url: z.string().nullish(),
  method: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  skip_tls_verify: z.boolean().nullish(),
  output_format: z
    .union([
      z.enum(["json", "ndjson", "nestedevent"]),
      z.object({ esbulk: z.object({ index: z.string() }) }),
      z.object({ stringseparated: z.object({ separator: z.string() }) }),
    ])
    .nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export type ServerPipelineDestination = z.output<typeof serverPipelineDestinationSchema>;

/** Where pipelines send records outside this server. `get` finds an alert's destination too. */
export class PipelineDestinations extends NamedObjects<PipelineDestinationBody, ServerPipelineDestination> {
  readonly #capabilities: () => Promise<Capabilities>;

  constructor(transport: Transport, organization: string, capabilities: () => Promise<Capabilities>) {
    super(transport, organization, {
      path: "/alerts/destinations",
      query: { module: "pipeline" },
      answer: serverPipelineDestinationSchema,
    });
    this.#capabilities = capabilities;
  }

  /** @throws UnsupportedError where the server does not know the output format */
  override async create(body: PipelineDestinationBody): Promise<void> {
    await this.#requireFormat(body);
    await super.create(body);
  }

  /** @throws UnsupportedError where the server does not know the output format */
  override async update(body: PipelineDestinationBody): Promise<void> {
    await this.#requireFormat(body);
    await super.update(body);
  }

  async #requireFormat({ output_format }: PipelineDestinationBody): Promise<void> {
    if (typeof output_format === "object" && "stringseparated" in output_format)
      (await this.#capabilities()).require("separatedOutputFormat");
  }
}
