import { z } from "zod";
import type { Capabilities } from "./capabilities.js";
import { OpenObserveError } from "./errors.js";
import { undefinedIfMissing } from "./missing.js";
import { anything, savedSchema } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

export interface ServerNode {
  readonly id: string;
  readonly io_type: "input" | "default" | "output";
  readonly position: { readonly x: number; readonly y: number };
  /** Tagged by `node_type`. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ServerEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

/** A pipeline as it is sent. */
export interface PipelineBody {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Whole: with less, the server's check for a second pipeline on the same source is passed over. */
  readonly source: Readonly<Record<string, unknown>>;
  readonly nodes: readonly ServerNode[];
  readonly edges: readonly ServerEdge[];
}

export const serverPipelineSchema = z.looseObject({
  pipeline_id: z.string(),
  version: z.number(),
  enabled: z.boolean(),
  name: z.string(),
  description: z.string().nullish(),
  source: z.looseObject({ source_type: z.string() }),
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      io_type: z.string(),
      data: z.looseObject({ node_type: z.string() }),
    }),
  ),
  edges: z.array(z.looseObject({ source: z.string(), target: z.string() })),
});

export type ServerPipeline = z.output<typeof serverPipelineSchema>;

/** Pipelines. Names are not unique. */
export class Pipelines {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
    private readonly capabilities: () => Promise<Capabilities>,
  ) {}

  async list(): Promise<ServerPipeline[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/pipelines`,
      answer: z.object({ list: z.array(serverPipelineSchema) }),
    });
    return answer.list;
  }

  async get(id: string): Promise<ServerPipeline | undefined> {
    const capabilities = await this.capabilities();
    if (!capabilities.has("pipelineGet"))
      return (await this.list()).find((candidate) => candidate.pipeline_id === id);
    const request = this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/pipelines/${id}`,
      answer: serverPipelineSchema,
    });
    try {
      return await undefinedIfMissing(request);
    } catch (error) {
      if (isMissingKey(error)) return undefined;
      throw error;
    }
  }

  /** @returns the id where the server answers it */
  async create(body: PipelineBody): Promise<string | undefined> {
    const saved = await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/pipelines`,
      body,
      answer: savedSchema,
    });
    return saved.id;
  }

  /** @throws ConflictError when `version` is no longer the current one */
  async update(id: string, version: number, body: PipelineBody): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/pipelines`,
      body: { ...body, pipeline_id: id, version, org: this.organization },
      answer: anything,
    });
  }

  /** `value` must be given: without it the server disables. */
  async setEnabled(id: string, value: boolean): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/pipelines/${id}/enable`,
      query: { value },
      answer: anything,
    });
  }

  async delete(id: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/${this.organization}/pipelines/${id}`,
        answer: anything,
      }),
    );
  }
}

/** A pipeline that is not there is a 500 of the metadata store in v0.90.3. */
function isMissingKey(error: unknown): boolean {
  return (
    error instanceof OpenObserveError &&
    error.status === 500 &&
    /key .* does not exist/.test(error.serverMessage)
  );
}
