import { setMaxListeners } from "node:events";
import {
  ingestMetrics,
  metrics,
  resourceAttributes,
  rewriteFieldName,
  streams,
  thresholds,
} from "@o2cqrs/contract";
import { type OpenObserve, type Row } from "@o2cqrs/providers/client";
import { numberIn, textIn, type TimeWindow } from "../verify/context.js";
import { from, notProbe } from "../verify/sql.js";
import { type DeliveryFigures, type LatencyFigures, type VersionFigures } from "./figures.js";

export interface MeasureOptions {
  readonly server: OpenObserve;
  /** Share of traces that the application keeps. */
  readonly samplingRate: number;
  /** Only this service; default all. */
  readonly service?: string | undefined;
  readonly signal: AbortSignal;
}

/** Durations that the rank test works with; more would sharpen it little. */
const sampleSize = 1000;

/** How far back a counter's value before the window is looked for. Exports are seconds apart. */
const lookBackMicros = 5 * 60_000_000;

/** The server puts `service_` before resource attributes of spans, and `service.version` begins so already. */
const spanVersionColumn = `service_${rewriteFieldName(resourceAttributes.version)}`;

/** The columns that hold who sent a metric. */
const metricVersionColumn = rewriteFieldName(resourceAttributes.version);
const metricServiceColumn = rewriteFieldName(resourceAttributes.service);
const metricInstanceColumn = rewriteFieldName(resourceAttributes.instance);

/** Reads the figures of versions from OpenObserve. */
export class Meter {
  constructor(private readonly options: MeasureOptions) {
    // Every query under way listens, and takes its listener back.
    setMaxListeners(0, options.signal);
  }

  /** @throws OpenObserveError when the server cannot be asked */
  async measure(version: string, window: TimeWindow): Promise<VersionFigures> {
    const where = this.#whereVersion("version", "service", version);
    const [queries, commands, events, queryLatency, commandLatency, delivery] = await Promise.all([
      this.#row(
        `SELECT count(*) AS n, count(CASE WHEN status = 'error' THEN 1 END) AS failed, count(CASE WHEN cache_hit = true THEN 1 END) AS hits FROM ${from("queries")} WHERE ${where}`,
        window,
      ),
      this.#row(
        `SELECT count(*) AS n, count(CASE WHEN status = 'error' THEN 1 END) AS failed FROM ${from("commands")} WHERE ${where} AND status <> 'start'`,
        window,
      ),
      this.#row(
        `SELECT count(*) AS n, count(CASE WHEN status = 'error' THEN 1 END) AS failed, count(CASE WHEN dlq = true THEN 1 END) AS dead FROM ${from("events")} WHERE ${where} AND status <> 'published'`,
        window,
      ),
      this.#latency("queries", where, thresholds.queryLatencyP95.value, window),
      this.#latency("commands", `${where} AND status <> 'start'`, thresholds.commandLatencyP95.value, window),
      this.#delivery(version, window),
    ]);
    const share = (row: Row | undefined, part: string) => ({
      part: numberIn(row, part),
      whole: numberIn(row, "n"),
    });
    const operations = numberIn(queries, "n") + numberIn(commands, "n");
    return {
      version,
      queryLatency,
      commandLatency,
      queryErrors: share(queries, "failed"),
      commandErrors: share(commands, "failed"),
      eventErrors: share(events, "failed"),
      cacheMisses: {
        part: numberIn(queries, "n") - numberIn(queries, "hits"),
        whole: numberIn(queries, "n"),
      },
      deadLetters: share(events, "dead"),
      delivery: { ...delivery, expectedSpans: Math.floor(operations * this.options.samplingRate) },
    };
  }

  /** The version that did most operations in the window, other than the canary. */
  async stableVersion(canary: string, window: TimeWindow): Promise<string | undefined> {
    const row = await this.#row(
      `SELECT version, count(*) AS n FROM ${from("commands")} WHERE ${this.#whereService("service")} AND version <> ${sqlText(canary)} GROUP BY version ORDER BY n DESC LIMIT 1`,
      window,
    );
    const version = textIn(row, "version");
    return version === "" ? undefined : version;
  }

  async #latency(
    role: "queries" | "commands",
    where: string,
    limit: number,
    window: TimeWindow,
  ): Promise<LatencyFigures> {
    const ended = `${where} AND duration_ms IS NOT NULL`;
    const [row, sample] = await Promise.all([
      this.#row(
        `SELECT approx_percentile_cont(duration_ms, 0.95) AS p95, count(duration_ms) AS n, count(CASE WHEN duration_ms > ${limit} THEN 1 END) AS slow FROM ${from(role)} WHERE ${ended}`,
        window,
      ),
      // Record ids are random, so their order is a fair draw.
      this.#rows(
        `SELECT duration_ms FROM ${from(role)} WHERE ${ended} ORDER BY recordid LIMIT ${sampleSize}`,
        window,
        "logs",
      ),
    ]);
    return {
      count: numberIn(row, "n"),
      p95: numberIn(row, "p95"),
      slow: numberIn(row, "slow"),
      sample: sample.map((each) => numberIn(each, "duration_ms")),
    };
  }

  async #delivery(version: string, window: TimeWindow): Promise<Omit<DeliveryFigures, "expectedSpans">> {
    const present = await this.#streamsWith(metricVersionColumn, "metrics");
    const growth = async (metric: string, by: string, where = "1 = 1") =>
      present.has(metric) ? this.#growth(metric, by, where, version, window) : 0;
    const [refused, failed, lostExports, metricsAgeMs, spans] = await Promise.all([
      growth(ingestMetrics.records.name, "stream, outcome", "outcome IN ('dropped', 'deadLettered')"),
      growth(ingestMetrics.failures.name, "stream"),
      growth(ingestMetrics.exportFailures.name, "signal"),
      this.#metricsAge(present, version, window),
      this.#spans(version, window),
    ]);
    return { lostRecords: refused + failed, lostExports, metricsAgeMs, spans };
  }

  /** How much a version's cumulative counters grew; one that was not there before the window began at 0. */
  async #growth(
    metric: string,
    by: string,
    where: string,
    version: string,
    { start, end }: TimeWindow,
  ): Promise<number> {
    const begin = Math.trunc(start);
    const rows = await this.#rows(
      `SELECT ${metricInstanceColumn}, ${by}, max(CASE WHEN _timestamp >= ${begin} THEN value END) AS newest, max(CASE WHEN _timestamp < ${begin} THEN value END) AS before FROM "${metric}" WHERE ${this.#whereVersion(metricVersionColumn, metricServiceColumn, version)} AND ${where} GROUP BY ${metricInstanceColumn}, ${by}`,
      { start: start - lookBackMicros, end },
      "metrics",
    );
    return rows.reduce((sum, row) => sum + Math.max(0, numberIn(row, "newest") - numberIn(row, "before")), 0);
  }

  /** The streams that have a column: it comes with the first record that has it, and may not be asked for before. */
  async #streamsWith(column: string, type: "metrics" | "traces"): Promise<ReadonlySet<string>> {
    const { server, signal } = this.options;
    const found = await server.streams.list(type, { signal });
    return new Set(
      found.filter(({ schema }) => schema.some(({ name }) => name === column)).map(({ name }) => name),
    );
  }

  async #metricsAge(
    present: ReadonlySet<string>,
    version: string,
    { start, end }: TimeWindow,
  ): Promise<number | undefined> {
    const names = [metrics.queryTotal.name, metrics.commandTotal.name].filter((name) => present.has(name));
    const newest = await Promise.all(
      names.map(async (name) => {
        const [row] = await this.#rows(
          `SELECT max(_timestamp) AS newest FROM "${name}" WHERE ${this.#whereVersion(metricVersionColumn, metricServiceColumn, version)}`,
          { start: start - lookBackMicros, end },
          "metrics",
        );
        return numberIn(row, "newest");
      }),
    );
    const latest = Math.max(0, ...newest);
    return latest === 0 ? undefined : Math.max(0, (end - latest) / 1000);
  }

  async #spans(version: string, window: TimeWindow): Promise<number> {
    const present = await this.#streamsWith(spanVersionColumn, "traces");
    if (!present.has(streams.traces.storedName)) return 0;
    const [row] = await this.#rows(
      `SELECT count(*) AS n FROM ${from("traces")} WHERE ${spanVersionColumn} = ${sqlText(version)}`,
      window,
      "traces",
    );
    return numberIn(row, "n");
  }

  #whereVersion(versionColumn: string, serviceColumn: string, version: string): string {
    return `${versionColumn} = ${sqlText(version)} AND ${this.#whereService(serviceColumn)}`;
  }

  #whereService(column: string): string {
    const { service } = this.options;
    if (service !== undefined) return `${column} = ${sqlText(service)}`;
    return column === "service" ? notProbe : "1 = 1";
  }

  async #row(sql: string, window: TimeWindow): Promise<Row | undefined> {
    return (await this.#rows(sql, window, "logs"))[0];
  }

  async #rows(sql: string, window: TimeWindow, type: "logs" | "metrics" | "traces"): Promise<Row[]> {
    const { server, signal } = this.options;
    const { rows } = await server.telemetry.search(sql, { ...window, type, signal, size: sampleSize });
    return rows;
  }
}

/** A text in SQL. Versions and services come from the command line. */
const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
