import { TraceIdRatioBasedSampler, SamplingDecision } from "@opentelemetry/sdk-trace-base";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { type VerifyContext } from "../../../ops/verify/context.js";
import { spanCoverage } from "../../../ops/verify/checks/traces.js";
import { randomFrom } from "../gate/random.js";

interface Operation {
  readonly traceid: string;
  readonly spanid: string;
}

/** A service whose operations begin a trace each, of which a share is kept; `misses` says which spans are lost. */
function contextAt(
  rate: number,
  {
    seed = 1,
    count = 200,
    misses = () => false,
  }: {
    readonly seed?: number;
    readonly count?: number;
    readonly misses?: (stream: string, index: number) => boolean;
  } = {},
): VerifyContext {
  const next = randomFrom(seed);
  const hex = (bytes: number) =>
    Array.from({ length: bytes }, () =>
      Math.floor(next() * 256)
        .toString(16)
        .padStart(2, "0"),
    ).join("");
  const sampler = new TraceIdRatioBasedSampler(rate);
  const streams = ["cqrs_commands", "cqrs_queries", "cqrs_events"];
  const logged = new Map<string, Operation[]>();
  const stored: { span_id: string; trace_id: string }[] = [];
  for (const stream of streams) {
    const operations = Array.from({ length: count }, () => ({ traceid: hex(16), spanid: hex(8) }));
    logged.set(stream, operations);
    for (const [index, { traceid, spanid }] of operations.entries()) {
      const kept =
        sampler.shouldSample(ROOT_CONTEXT, traceid).decision === SamplingDecision.RECORD_AND_SAMPLED;
      if (!kept) continue;
      // Every trace has a span of what the operation does beside the operation's own.
      stored.push({ trace_id: traceid, span_id: hex(8) });
      if (!misses(stream, index)) stored.push({ trace_id: traceid, span_id: spanid });
    }
  }
  const search = (sql: string) => {
    const stream = /FROM "(\w+)"/.exec(sql)?.[1] ?? "";
    const [, column = "", list = ""] = /(span_id|trace_id) IN \(([^)]*)\)/.exec(sql) ?? [];
    const rows =
      logged.get(stream) ?? stored.filter((span) => list.includes(`'${span[column as keyof typeof span]}'`));
    return Promise.resolve({ rows });
  };
  const window = { start: 0, end: 1 };
  return {
    admin: { telemetry: { search } },
    appConfig: { tracing: { samplingRate: rate } },
    window,
    settled: window,
  } as unknown as VerifyContext;
}

describe("span coverage", () => {
  test("is what the sample shows where every trace is kept", async () => {
    expect(await spanCoverage(contextAt(1))).toMatchObject({
      verdict: "pass",
      evidence: "command 200 of 200, query 200 of 200, event 200 of 200 traced",
    });
    const misses = (stream: string, index: number) => stream === "cqrs_events" && index % 5 === 0;
    expect(await spanCoverage(contextAt(1, { misses }))).toMatchObject({
      verdict: "fail",
      details: ["event 160 of 200 traced"],
    });
  });

  test("does not call chance a fault: of twenty healthy services at a rate of 0.1 none fails", async () => {
    const verdicts = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, seed) => (await spanCoverage(contextAt(0.1, { seed: seed + 1 }))).verdict,
      ),
    );
    expect(new Set(verdicts)).toEqual(new Set(["pass"]));
  });

  test("under sampling finds spans that are missing in the traces that are kept", async () => {
    const misses = (stream: string, index: number) => stream === "cqrs_queries" && index % 2 === 0;
    expect(await spanCoverage(contextAt(0.1, { misses }))).toMatchObject({ verdict: "fail" });
  });

  test("under sampling finds that fewer traces are there than it leaves", async () => {
    const context = contextAt(0.01);
    const claimed = { ...context, appConfig: { tracing: { samplingRate: 0.2 } } } as unknown as VerifyContext;
    expect(await spanCoverage(claimed)).toMatchObject({
      verdict: "fail",
      details: expect.arrayContaining([expect.stringContaining("fewer than sampling leaves")]),
    });
  });

  test("says that it cannot tell where there is too little", async () => {
    expect(await spanCoverage(contextAt(0.01, { count: 3 }))).toMatchObject({ verdict: "notApplicable" });
  });
});
