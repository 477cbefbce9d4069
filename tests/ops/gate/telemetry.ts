import { randomBytes, randomUUID } from "node:crypto";
import { ingestMetrics, metrics, otlpEndpoint, streams } from "@o2cqrs/contract";
import { type VerifyContext } from "../../../ops/verify/context.js";
import { type Behaviour } from "./simulation.js";

/** How a version is in an end-to-end run: what it does, and how much of the traffic it has. */
export interface Running extends Behaviour {
  readonly version: string;
  readonly share: number;
}

/** Operations of a whole service in a minute. */
const perMinute = { queries: 60, commands: 30, events: 30 };

/** Writes the telemetry of a service through the application's own credentials, as if it ran from `start` to `end`. */
export class TelemetryWriter {
  readonly #lost = new Map<string, number>();

  constructor(private readonly context: Pick<VerifyContext, "app" | "appConfig" | "environment">) {}

  async write(running: readonly Running[], start: number, end: number): Promise<void> {
    for (const each of running) {
      if (each.silent !== true) await this.#records(each, start, end);
      await this.#signals(each, end - 1000);
    }
  }

  async #records(running: Running, start: number, end: number): Promise<void> {
    const { errorRate = 0, hitRatio = 0.8, deadLetterRate = 0, queryMs = 40, commandMs = 60 } = running;
    const many = (role: keyof typeof perMinute, fields: (index: number) => object) => {
      const count = Math.round((perMinute[role] * running.share * (end - start)) / 60_000);
      const records = Array.from({ length: count }, (_, index) => ({
        ...this.#common(running.version, start + ((index + 0.5) * (end - start)) / count),
        ...fields(index),
      }));
      return records.length === 0
        ? undefined
        : this.context.app.telemetry.ingest(streams[role].name, records);
    };
    /** Every so manieth, so that a share is exact and no run is unlucky. */
    const isPart = (index: number, share: number) =>
      Math.floor((index + 1) * share) > Math.floor(index * share);
    const spread = (median: number, index: number) => median * (0.5 + (index % 11) / 10);
    await many("queries", (index) => ({
      bus: "query",
      type: "GetOrder",
      handler: "GetOrderHandler",
      status: "success",
      cache_key: "k",
      cache_hit: isPart(index, hitRatio),
      stale: false,
      duration_ms: spread(queryMs, index),
    }));
    await many("commands", (index) => ({
      bus: "command",
      type: "PlaceOrder",
      handler: "PlaceOrderHandler",
      id: randomUUID(),
      status: isPart(index, errorRate) ? "error" : "success",
      duration_ms: spread(commandMs, index),
    }));
    await many("events", (index) => ({
      bus: "event",
      type: "OrderPlaced",
      handler: "Mailer",
      subscriber: "Mailer",
      status: isPart(index, deadLetterRate) ? "error" : "handled",
      dlq: isPart(index, deadLetterRate),
      duration_ms: 1,
    }));
  }

  #common(version: string, at: number) {
    return {
      _timestamp: Math.round(at * 1000),
      timestamp: new Date(at).toISOString(),
      level: "INFO",
      env: this.context.environment,
      service: "orders",
      version,
      region: "eu",
      source: "apiserver",
      recordId: randomUUID(),
      traceId: randomBytes(16).toString("hex"),
      spanId: randomBytes(8).toString("hex"),
      requestId: randomUUID(),
    };
  }

  async #signals({ version, lostRecords = 0, silent }: Running, at: number): Promise<void> {
    const lost = (this.#lost.get(version) ?? 0) + lostRecords;
    this.#lost.set(version, lost);
    const time = String(BigInt(Math.round(at)) * 1_000_000n);
    const attributes = (values: Record<string, string>) =>
      Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const resource = {
      attributes: attributes({
        "service.name": "orders",
        "service.version": version,
        "service.instance.id": `${version}-1`,
      }),
    };
    const counter = (name: string, value: number, labels: Record<string, string>) => ({
      name,
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [{ timeUnixNano: time, asDouble: value, attributes: attributes(labels) }],
      },
    });
    await this.#otlp("metrics", {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              metrics: [
                counter(metrics.queryTotal.name, 1, { type: "GetOrder", cache_hit: "true" }),
                counter(ingestMetrics.records.name, lost, { stream: "cqrs-commands", outcome: "dropped" }),
              ],
            },
          ],
        },
      ],
    });
    if (silent === true) return;
    const span = {
      traceId: randomBytes(16).toString("hex"),
      spanId: randomBytes(8).toString("hex"),
      name: "query.GetOrder",
      startTimeUnixNano: time,
      endTimeUnixNano: time,
    };
    await this.#otlp("traces", { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  }

  async #otlp(signal: "metrics" | "traces", body: object): Promise<void> {
    const { baseUrl, org, user, token } = this.context.appConfig;
    const response = await fetch(otlpEndpoint(baseUrl, org, signal), {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`,
        "content-type": "application/json",
        ...(signal === "traces" && { "stream-name": streams.traces.name }),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`OTLP ${signal}: ${response.status} ${await response.text()}`);
  }
}
