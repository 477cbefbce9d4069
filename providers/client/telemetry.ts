import { z } from "zod";
import { UnavailableError, ValidationError } from "./errors.js";
import { path, type Transport } from "./transport.js";

export interface SearchOptions {
  /** Start of the time range, in microseconds since 1970. */
  readonly start: number;
  /** End of the time range, in microseconds since 1970. */
  readonly end: number;
  /** What the SQL selects from. Default `logs`. */
  readonly type?: "logs" | "metrics" | "traces" | "enrichment_tables";
  /** Most rows, at least 1. Default 1,000. */
  readonly size?: number;
  /** Rows to pass over. Default 0. */
  readonly from?: number;
  /** Give what there is of a partial result instead of an error. Default false. */
  readonly acceptPartial?: boolean;
  readonly signal?: AbortSignal;
}

/** A row of a search result. */
export type Row = Record<string, unknown>;

export interface SearchResult<T = Row> {
  readonly rows: T[];
  /** Rows before `size` cut them. */
  readonly total: number;
  /** Time the server took, in milliseconds. */
  readonly tookMs: number;
  /** Why the result is partial; undefined when it is whole. */
  readonly partial: string | undefined;
}

const searchAnswerSchema = z.looseObject({
  hits: z.array(z.record(z.string(), z.unknown())),
  total: z.number().default(0),
  took: z.number().default(0),
  is_partial: z.boolean().default(false),
  function_error: z.union([z.string(), z.array(z.string())]).nullish(),
});

const sampleSchema = z.tuple([z.number(), z.string()]);
const labelsSchema = z.record(z.string(), z.string());
const promqlAnswerSchema = z.looseObject({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({
      resultType: z.literal("vector"),
      result: z.array(z.object({ metric: labelsSchema, value: sampleSchema })),
    }),
    z.object({
      resultType: z.literal("matrix"),
      result: z.array(z.object({ metric: labelsSchema, values: z.array(sampleSchema) })),
    }),
    z.object({ resultType: z.literal("scalar"), result: sampleSchema }),
    z.object({ resultType: z.literal("string"), result: sampleSchema }),
  ]),
});

export type PromqlResult = z.output<typeof promqlAnswerSchema>["data"];

const ingestAnswerSchema = z.looseObject({
  status: z.array(
    z.looseObject({
      name: z.string(),
      successful: z.number(),
      failed: z.number(),
      error: z.string().nullish(),
    }),
  ),
});

export interface IngestResult {
  /** Records that were stored; a record that reaches two outputs of a pipeline counts twice. */
  readonly successful: number;
}

/** Reading and writing telemetry. */
export class Telemetry {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  /**
   * Runs SQL over a time range. Streams must be named as they are stored.
   *
   * @throws UnavailableError when the server answers 200 with a part of the result and an error inside
   */
  async search(sql: string, options: SearchOptions): Promise<SearchResult> {
    const searchPath = path`/api/${this.organization}/_search`;
    const answer = await this.transport.send({
      method: "POST",
      path: searchPath,
      query: { type: options.type ?? "logs" },
      body: {
        query: {
          sql,
          start_time: Math.trunc(options.start),
          end_time: Math.trunc(options.end),
          from: options.from ?? 0,
          size: options.size ?? 1_000,
        },
      },
      repeatable: true,
      ...(options.signal && { signal: options.signal }),
      answer: searchAnswerSchema,
    });
    const errors = [answer.function_error ?? []].flat();
    const partial =
      answer.is_partial || errors.length > 0 ? errors.join("; ") || "the result is partial" : undefined;
    if (partial !== undefined && options.acceptPartial !== true)
      throw new UnavailableError({
        method: "POST",
        path: searchPath,
        status: 200,
        serverMessage: `only a part of the result: ${partial}`,
      });
    return { rows: answer.hits, total: answer.total, tookMs: answer.took, partial };
  }

  /** Evaluates PromQL at one time. */
  async promql(query: string, options: { time: Date; signal?: AbortSignal }): Promise<PromqlResult> {
    return this.#promql("query", { query, time: seconds(options.time) }, options.signal);
  }

  /** Evaluates PromQL at every step of a time range. */
  async promqlRange(
    query: string,
    options: { start: Date; end: Date; stepSeconds: number; signal?: AbortSignal },
  ): Promise<PromqlResult> {
    const { start, end, stepSeconds, signal } = options;
    const form = { query, start: seconds(start), end: seconds(end), step: String(stepSeconds) };
    return this.#promql("query_range", form, signal);
  }

  /**
   * Stores records in a logs stream.
   *
   * @throws ValidationError when the server answers 200 and refuses some of them
   */
  async ingest(stream: string, records: readonly object[]): Promise<IngestResult> {
    const ingestPath = path`/api/${this.organization}/${stream}/_json`;
    const { status } = await this.transport.send({
      method: "POST",
      path: ingestPath,
      body: records,
      answer: ingestAnswerSchema,
    });
    const count = (key: "successful" | "failed") => status.reduce((sum, item) => sum + item[key], 0);
    if (count("failed") > 0)
      throw new ValidationError({
        method: "POST",
        path: ingestPath,
        status: 200,
        serverMessage: `${count("failed")} of ${records.length} records refused: ${status
          .flatMap((item) => item.error ?? [])
          .join("; ")}`,
      });
    return { successful: count("successful") };
  }

  async #promql(verb: string, form: Record<string, string>, signal?: AbortSignal): Promise<PromqlResult> {
    const answer = await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/prometheus/api/v1/${verb}`,
      form,
      repeatable: true,
      ...(signal && { signal }),
      answer: promqlAnswerSchema,
    });
    return answer.data;
  }
}

const seconds = (time: Date): string => (time.getTime() / 1000).toFixed(3);
