import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { basic, root, ServerUnderTest } from "../management/server-under-test.js";

describe("What OpenTelemetry's own exporters send", () => {
  let server: ServerUnderTest;
  let sent: { traceId: string; spanId: string };

  beforeAll(async () => {
    server = await ServerUnderTest.start("0.90");
    const env = {
      ...process.env,
      SERVER_URL: server.server.url,
      SERVER_AUTHORIZATION: basic(root.email, root.password),
    };
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, "send.mjs")], { env });
    sent = JSON.parse(stdout) as typeof sent;
  });

  afterAll(() => server.stop());

  const rows = async (stream: string, type: string): Promise<Record<string, unknown>[]> => {
    const now = Date.now() * 1000;
    const query = {
      sql: `SELECT * FROM "${stream}"`,
      start_time: now - 600_000_000,
      end_time: now + 60_000_000,
    };
    const { status, body } = await server.post(`/api/default/_search?type=${type}`, { query });
    expect([status, body.message]).toEqual([200, undefined]);
    return body.hits as Record<string, unknown>[];
  };

  const promql = async (
    query: string,
  ): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
    const { body } = await server.get(
      `/api/default/prometheus/api/v1/query?query=${encodeURIComponent(query)}`,
    );
    return body.data.result as { metric: Record<string, string>; value: [number, string] }[];
  };

  it("logs become rows with the record's attributes in their own types", async () => {
    expect(await rows("app_logs", "logs")).toEqual([
      {
        _timestamp: expect.any(Number),
        body: "hello",
        severity: "INFO",
        service_name: "orders",
        deployment_environment: "test",
        instrumentation_library_name: "test",
        instrumentation_library_version: "1.0",
        http_method: "GET",
        count: 5,
        ok: true,
        list: '["a","b"]',
        dropped_attributes_count: 0,
      },
    ]);
  });

  it("metrics answer PromQL: counters, gauges and histograms with their buckets", async () => {
    const created = await promql("orders_created");
    expect(created[0]?.value[1]).toBe("3");
    expect(created[0]?.metric).toMatchObject({ route: "/a", service_name: "orders", is_monotonic: "true" });
    expect((await promql("orders_open"))[0]?.value[1]).toBe("-2");
    const buckets = await promql("orders_latency_bucket");
    expect(Object.fromEntries(buckets.map(({ metric, value }) => [metric.le, value[1]]))).toEqual({
      "10": "1",
      "100": "3",
      inf: "4",
    });
    expect((await promql("orders_latency_sum / orders_latency_count"))[0]?.value[1]).toBe("156.25");
    expect((await promql("histogram_quantile(0.5, sum by (le) (orders_latency_bucket))"))[0]?.value[1]).toBe(
      "55",
    );
    const { body } = await server.get("/api/default/prometheus/api/v1/metadata?metric=orders_latency");
    expect(body.data).toEqual({ orders_latency: [{ type: "histogram", help: "", unit: "ms" }] });
  });

  it("a histogram's own stream is listed without a column, and a search does not find it", async () => {
    const { body } = await server.get("/api/default/streams?type=metrics&fetchSchema=true");
    const listed = body.list as { name: string; schema: { name: string }[]; total_fields: number }[];
    const columns = (name: string) => listed.find((stream) => stream.name === name)?.schema.length;
    expect(columns("orders_latency")).toBe(0);
    expect(columns("orders_latency_bucket")).toBeGreaterThan(0);
    const now = Date.now() * 1000;
    const query = {
      sql: 'SELECT * FROM "orders_latency"',
      start_time: now - 600_000_000,
      end_time: now + 60_000_000,
    };
    expect(await server.post("/api/default/_search?type=metrics", { query })).toMatchObject({
      status: 400,
      body: { code: 20002, message: "Search stream not found: orders_latency" },
    });
  });

  it("spans become rows, parents, status, events and links included", async () => {
    const [span] = await rows("traces", "traces");
    const { traceId, spanId } = sent;
    expect(span).toMatchObject({
      trace_id: traceId,
      span_id: spanId,
      operation_name: "POST /orders",
      span_kind: "2",
      span_status: "ERROR",
      status_code: 2,
      status_message: "bad",
      service_name: "orders",
      service_deployment_environment: "test",
      http_status_code: "500",
      links: "[]",
      flags: 1,
    });
    expect(JSON.parse(String(span?.events))).toEqual([
      { name: "retry", _timestamp: expect.any(Number), attempt: "2" },
    ]);
    const now = Date.now() * 1000;
    const latest = await server.get(
      `/api/default/traces/traces/latest?start_time=${now - 600_000_000}&end_time=${now}`,
    );
    expect(latest.body.hits).toEqual([expect.objectContaining({ trace_id: traceId, spans: [1, 1] })]);
  });
});

describe("OTLP in JSON", () => {
  let server: ServerUnderTest;

  beforeAll(async () => {
    server = await ServerUnderTest.start("0.90");
  });

  afterAll(() => server.stop());

  const nanos = () => String(BigInt(Date.now()) * 1_000_000n);
  const metric = (name: string, data: Record<string, unknown>) => ({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name, ...data }] }] }],
  });
  const value = async (query: string): Promise<string | undefined> => {
    const { body } = await server.get(`/api/default/prometheus/api/v1/query?query=${query}`);
    return (body.data.result as { value: [number, string] }[])[0]?.value[1];
  };

  it("loses histograms whose counts are text, and integer values that are text, though it answers 200", async () => {
    const bounds = { explicitBounds: [1], timeUnixNano: nanos() };
    const lost = metric("lost", {
      histogram: { dataPoints: [{ ...bounds, count: "2", bucketCounts: ["1", "1"] }] },
    });
    const kept = metric("kept", {
      histogram: { dataPoints: [{ ...bounds, count: 2, bucketCounts: [1, 1] }] },
    });
    const text = metric("text", { sum: { dataPoints: [{ timeUnixNano: nanos(), asInt: "5" }] } });
    const whole = metric("whole", { sum: { dataPoints: [{ timeUnixNano: nanos(), asInt: 5 }] } });
    for (const body of [lost, kept, text, whole]) {
      expect(await server.post("/api/default/v1/metrics", body)).toMatchObject({
        status: 200,
        body: { partialSuccess: null },
      });
    }
    expect(await value("lost_count")).toBeUndefined();
    expect(await value("kept_count")).toBe("2");
    expect(await value("text")).toBeUndefined();
    expect(await value("whole")).toBe("5");
  });

  it("answers 206 and counts the spans that are too old", async () => {
    const span = (spanId: string, time: string) => ({
      traceId: "5b8efff798038103d269b633813fc60c",
      spanId,
      name: "s",
      startTimeUnixNano: time,
      endTimeUnixNano: time,
    });
    const old = String(BigInt(Date.now() - 6 * 3_600_000) * 1_000_000n);
    const spans = [span("eee19b7ec3c1b174", nanos()), span("eee19b7ec3c1b175", old)];
    expect(
      await server.post("/api/default/v1/traces", { resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    ).toMatchObject({
      status: 206,
      body: { partialSuccess: { rejectedSpans: 1 } },
    });
  });

  it("with a broken id or a wrong content type is refused", async () => {
    const bad = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "zz" }] }] }] };
    expect(await server.post("/api/default/v1/traces", bad)).toMatchObject({
      status: 400,
      body: {
        message: expect.stringMatching(/^Invalid json: invalid character 'z' at position 0 at line 1 column/),
      },
    });
    const plain = { headers: { "content-type": "text/plain" } };
    expect(await server.post("/api/default/v1/logs", "x", plain)).toMatchObject({
      status: 400,
      body: { message: "Bad Request" },
    });
  });
});
