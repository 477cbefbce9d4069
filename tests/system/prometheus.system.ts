import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import protobuf from "protobufjs";
import { compress } from "snappyjs";
import { request } from "undici";
import { freePort } from "../../ops/start/free-port.js";
import {
  evaluateInstant,
  evaluateRange,
  keyOf,
  type Labels,
  memorySource,
  parsePromql,
  PromqlError,
  type Series,
  UnsupportedPromql,
} from "../../local/openobserve/promql/index.js";
import { generatedExpressions, generatedSeries } from "../local/openobserve/promql/generated.js";
import { describeWithProgram } from "./program.js";

const { root } = protobuf.parse(`
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
`);
const WriteRequest = root.lookupType("WriteRequest");

const relativeError = 1e-9;
const minute = 60_000;

/** A running Prometheus that takes samples by remote write. */
class Prometheus {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
    writeFileSync(join(folder, "prometheus.yml"), "global: {}\n");
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${address}`,
        "--web.enable-remote-write-receiver",
        "--log.level=error",
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    const server = new Prometheus(`http://${address}`, child, folder);
    await server.#ready();
    return server;
  }

  async #ready(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const ready = await request(`${this.url}/-/ready`).then(
        async ({ statusCode, body }) => {
          await body.dump();
          return statusCode === 200;
        },
        () => false,
      );
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("Prometheus did not become ready");
  }

  async write(series: readonly Series[]): Promise<void> {
    const timeseries = series.map(({ labels, times, values }) => ({
      labels: Object.entries(labels)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({ name, value })),
      samples: Array.from(times, (timestamp, index) => ({ value: values[index], timestamp })),
    }));
    const message = WriteRequest.encode(WriteRequest.fromObject({ timeseries })).finish();
    const { statusCode, body } = await request(`${this.url}/api/v1/write`, {
      method: "POST",
      headers: {
        "content-type": "application/x-protobuf",
        "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "0.1.0",
      },
      body: compress(message),
    });
    if (statusCode >= 300) throw new Error(`remote write: ${statusCode} ${await body.text()}`);
    await body.dump();
  }

  /** Undefined where Prometheus refuses the expression. */
  async query(path: string, parameters: Record<string, string>): Promise<Answer | undefined> {
    const { statusCode, body } = await request(
      `${this.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`,
    );
    const answer = (await body.json()) as { data?: Answer };
    return statusCode === 200 ? answer.data : undefined;
  }

  stop(): void {
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Answer {
  readonly resultType: string;
  readonly result: unknown;
}

/** A result as points by series, the same for both engines; undefined for a refusal. */
type Points = ReadonlyMap<string, readonly (readonly [number, number])[]> | undefined;

const numberOf = (text: string): number =>
  text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : text === "NaN" ? NaN : Number(text);

function theirs(answer: Answer | undefined): Points {
  if (answer === undefined) return undefined;
  if (answer.resultType === "scalar") {
    const [time, value] = answer.result as [number, string];
    return new Map([["", [[time, numberOf(value)]]]]);
  }
  const series = answer.result as { metric: Labels; value?: [number, string]; values?: [number, string][] }[];
  return new Map(
    series.map(({ metric, value, values }) => [
      keyOf(metric),
      (values ?? (value ? [value] : [])).map(([time, text]) => [time, numberOf(text)] as const),
    ]),
  );
}

function agree(ours: Points, expected: Points): boolean {
  if (ours === undefined || expected === undefined) return ours === expected;
  if (ours.size !== expected.size) return false;
  return [...expected].every(([key, points]) => {
    const own = ours.get(key);
    return own?.length === points.length && points.every((point, index) => near(own[index], point));
  });
}

function near(own: readonly [number, number] | undefined, [time, value]: readonly [number, number]): boolean {
  if (own === undefined || Math.abs(own[0] - time) > 1e-3) return false;
  if (Number.isNaN(value)) return Number.isNaN(own[1]);
  if (!Number.isFinite(value)) return own[1] === value;
  return Math.abs(own[1] - value) <= relativeError * Math.max(1, Math.abs(value));
}

describeWithProgram("prometheus", "PromQL means what it means to Prometheus", () => {
  const end = Math.floor(Date.now() / minute) * minute;
  const series = generatedSeries(end);
  const source = memorySource(series);
  let prometheus: Prometheus | undefined;

  beforeAll(async () => {
    prometheus = await Prometheus.start();
    await prometheus.write(series);
  }, 60_000);

  afterAll(() => prometheus?.stop());

  const evaluate = (compute: () => Points): Points | "unsupported" => {
    try {
      return compute();
    } catch (error) {
      if (error instanceof UnsupportedPromql) return "unsupported";
      if (error instanceof PromqlError) return undefined;
      throw error;
    }
  };

  async function compare(
    title: string,
    own: (expression: string) => Points,
    reference: (expression: string) => Promise<Points>,
  ): Promise<void> {
    const differing: string[] = [];
    let unsupported = 0;
    const expressions = generatedExpressions();
    for (const expression of expressions) {
      const ours = evaluate(() => own(expression));
      if (ours === "unsupported") unsupported++;
      else if (!agree(ours, await reference(expression))) differing.push(expression);
    }
    const agreeing = expressions.length - unsupported - differing.length;
    process.stdout.write(
      `${title}: ${agreeing} of ${expressions.length} expressions agree with Prometheus to ${relativeError} ` +
        `(${((100 * agreeing) / expressions.length).toFixed(1)}%), ${unsupported} refused as unsupported\n` +
        differing.map((expression) => `  differs: ${expression}\n`).join(""),
    );
    expect(differing).toEqual([]);
    expect(expressions.length).toBeGreaterThan(300);
  }

  it("at one time", async () => {
    const time = end - 20_000;
    await compare(
      "instant",
      (expression) => {
        const result = evaluateInstant(parsePromql(expression), source, time);
        switch (result.type) {
          case "scalar":
            return new Map([["", [[time / 1000, result.value]]]]);
          case "vector":
            return new Map(result.value.map(({ labels, value }) => [keyOf(labels), [[time / 1000, value]]]));
          case "matrix":
            return new Map(
              result.value.map(({ labels, points }) => [
                keyOf(labels),
                points.map(([at, value]) => [at / 1000, value]),
              ]),
            );
          default:
            return undefined;
        }
      },
      async (expression) =>
        theirs(await prometheus?.query("query", { query: expression, time: String(time / 1000) })),
    );
  }, 120_000);

  it("over a range of times", async () => {
    const range = { start: end - 30 * minute, end, step: 70_000 };
    await compare(
      "range",
      (expression) => {
        const found = evaluateRange(parsePromql(expression), source, range);
        return new Map(
          found.map(({ labels, points }) => [keyOf(labels), points.map(([at, value]) => [at / 1000, value])]),
        );
      },
      async (expression) =>
        theirs(
          await prometheus?.query("query_range", {
            query: expression,
            start: String(range.start / 1000),
            end: String(range.end / 1000),
            step: String(range.step / 1000),
          }),
        ),
    );
  }, 120_000);
});
