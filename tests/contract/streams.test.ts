import { z } from "zod";
import {
  columnsOf,
  commandLog,
  eventLog,
  logStreamRoles,
  metricStreams,
  piiFields,
  piiMarker,
  queryLog,
  rewriteStreamName,
  streams,
} from "@o2cqrs/contract";

const names = (fields: readonly { name: string }[]) => fields.map((field) => field.name);

describe("streams", () => {
  it("are the five of the plan and the quarantine", () => {
    expect(Object.values(streams).map(({ name, type }) => `${type} ${name}`)).toEqual([
      "logs cqrs-commands",
      "logs cqrs-queries",
      "logs cqrs-events",
      "metrics cqrs-metrics",
      "traces traces",
      "logs cqrs-quarantine",
    ]);
  });

  it("know both the name the application is told and the stored one", () => {
    for (const stream of Object.values(streams))
      expect(stream.storedName).toBe(rewriteStreamName(stream.name));
  });

  it("never partition or index by a column they do not have", () => {
    for (const stream of Object.values(streams)) {
      const columns = stream.fields.map((field) => field.columnName);
      for (const used of [...stream.fullTextSearch, ...stream.index, ...stream.partitionKeys]) {
        expect(columns).toContain(used);
      }
    }
  });

  it("never put one column in both the full-text and the exact index, which the server refuses", () => {
    for (const stream of Object.values(streams)) {
      expect(stream.fullTextSearch.filter((column) => stream.index.includes(column))).toEqual([]);
    }
  });

  it("never have two fields in one column", () => {
    for (const stream of Object.values(streams)) {
      const columns = stream.fields.map((field) => field.columnName);
      expect(new Set(columns).size).toBe(columns.length);
    }
  });

  it("are all kept for a declared number of days", () => {
    for (const stream of Object.values(streams)) expect(stream.retentionDays).toBeGreaterThanOrEqual(3);
  });

  it("mask exactly the three streams of the buses, and mark what was masked", () => {
    for (const [role, stream] of Object.entries(streams)) {
      const isLog = (logStreamRoles as readonly string[]).includes(role);
      expect(stream.masked).toBe(isLog);
      expect(names(stream.fields).includes(piiMarker)).toBe(isLog);
    }
  });

  it("are partitioned by environment and searched by what people look for", () => {
    for (const role of logStreamRoles) {
      const { partitionKeys, fullTextSearch, index } = streams[role];
      expect(partitionKeys).toEqual(["env"]);
      expect(fullTextSearch).toEqual(["message", "error"]);
      expect(index).toEqual(expect.arrayContaining(["service", "traceid", "requestid", "type"]));
      expect(index).not.toContain("message");
    }
    expect(streams.quarantine).toMatchObject({ partitionKeys: [], fullTextSearch: [], index: [] });
  });

  it("have columns of the types that their values have", () => {
    const columns = Object.fromEntries(streams.queries.fields.map(({ name, column }) => [name, column]));
    expect(columns).toMatchObject({
      type: "Utf8",
      status: "Utf8",
      result_size: "Int64",
      duration_ms: "Float64",
      cache_hit: "Boolean",
      pii_masked: "Boolean",
    });
    for (const { column } of Object.values(streams).flatMap(({ fields }) => fields))
      expect(["Utf8", "Int64", "Float64", "Boolean"]).toContain(column);
  });

  it("know which fields are personal, and what may stand in them", () => {
    expect(piiFields).toEqual([
      { name: "message", columnName: "message", pii: "freeText" },
      { name: "error", columnName: "error", pii: "freeText" },
      { name: "payload", columnName: "payload", pii: "freeText" },
      { name: "user_email", columnName: "user_email", pii: "email" },
      { name: "user_phone", columnName: "user_phone", pii: "phone" },
      { name: "attributes", columnName: "attributes", pii: "freeText" },
    ]);
  });

  it("have in every record what the pipeline itself adds", () => {
    for (const { fields } of [streams.metrics, streams.quarantine])
      for (const { required } of fields) expect(required).toBe(true);
  });

  it("name no stream or field of the quarantine that could hold personal data", () => {
    const personal = piiFields.map((field) => field.columnName);
    expect(streams.quarantine.fields.filter((field) => personal.includes(field.columnName))).toEqual([]);
  });
});

describe("log schemas", () => {
  const common = [
    "timestamp",
    "env",
    "service",
    "version",
    "source",
    "traceId",
    "spanId",
    "requestId",
    "tenant",
    "userId",
    "region",
    "bus",
    "retries",
  ];

  it.each([
    [
      "command",
      commandLog,
      ["type", "id", "status", "duration_ms", "retry_count", "error_code", "payload_size", "handler"],
    ],
    ["query", queryLog, ["type", "cache_key", "cache_hit", "stale", "duration_ms", "result_size", "handler"]],
    ["event", eventLog, ["type", "status", "subscriber", "duration_ms", "dlq"]],
  ])("a %s record has the common fields and its own", (_bus, schema, own) => {
    expect(names(columnsOf(schema))).toEqual(expect.arrayContaining([...common, ...own]));
  });

  it("require every column but those that a record may leave out", () => {
    const required = (name: string) => columnsOf(commandLog).find((field) => field.name === name)?.required;
    expect(["traceId", "handler", "duration_ms", "user_email"].map(required)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("have no column for the application's own facts, which the server flattens, nor for undeclared fields", () => {
    expect(names(columnsOf(commandLog))).not.toContain("attributes");
    expect(columnsOf(z.object({ undeclared: z.string(), optional: z.string().optional() }))).toEqual([]);
  });

  it("refuse a misspelt field, a wrong status and a negative duration, each by its path", () => {
    const record = {
      timestamp: "2026-01-01T00:00:00.000Z",
      level: "INFO",
      env: "dev",
      service: "orders",
      version: "1",
      region: "eu",
      source: "worker",
      bus: "command",
      recordId: "r1",
      traceId: "0".repeat(32),
      spanId: "0".repeat(16),
      requestId: "q1",
      type: "PlaceOrder",
      id: "c1",
      status: "success",
      handler: "PlaceOrderHandler",
    };
    expect(commandLog.safeParse(record).success).toBe(true);
    const paths = (extra: object) =>
      commandLog
        .safeParse({ ...record, ...extra })
        .error?.issues.map((issue) => (issue.code === "unrecognized_keys" ? issue.keys : issue.path));
    expect(paths({ durationMs: 3 })).toEqual([["durationMs"]]);
    expect(paths({ status: "done" })).toEqual([["status"]]);
    expect(paths({ duration_ms: -1 })).toEqual([["duration_ms"]]);
    expect(paths({ attributes: { orders: 3, plan: "gold", trial: true } })).toBeUndefined();
    expect(paths({ attributes: { nested: {} } })).toEqual([["attributes", "nested"]]);
  });
});

describe("metric streams", () => {
  it("are one per metric, and three per histogram", () => {
    expect(metricStreams).toHaveLength(11 + 2 * 2);
    for (const part of ["bucket", "count", "sum"])
      expect(metricStreams).toContain(`cqrs_query_duration_ms_${part}`);
    expect(metricStreams).not.toContain("cqrs_query_duration_ms");
  });
});
