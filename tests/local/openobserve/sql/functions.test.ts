import { knowledgeOf } from "../../../../local/openobserve/sql/functions.js";
import { randomNumbers } from "../promql/generated.js";
import { ServerUnderTest } from "../management/server-under-test.js";

/** Generated command logs; every expected figure below is computed from them in TypeScript, not by SQL. */
interface Log {
  readonly [name: string]: unknown;
  readonly _timestamp: number;
  readonly type: string;
  readonly status: string;
  readonly duration_ms: number;
  readonly payload_size: number;
  readonly message: string;
}

const random = randomNumbers(11);
const start = Math.floor(Date.now() / 3_600_000) * 3_600_000_000 - 3_600_000_000;
const types = ["CreateOrder", "CancelOrder", "PayOrder"];
const words = [
  "order accepted",
  "Payment declined",
  "timeout while paying",
  "stock is low",
  "ORDER rejected",
];
const logs: readonly Log[] = Array.from({ length: 2_000 }, (_, index) => ({
  _timestamp: start + index * 1_800_000 + Math.floor(random() * 1000),
  type: types[Math.floor(random() * 3)] ?? "",
  status: random() < 0.05 ? "error" : "success",
  duration_ms: Math.round(random() * 90_000) / 100,
  payload_size: Math.floor(random() * 5_000),
  message: words[Math.floor(random() * words.length)] ?? "",
  ...(index % 10 === 0 && { trace: `t${index}` }),
}));

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string | number): Map<string | number, T[]> => {
  const groups = new Map<string | number, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const iso = (micros: number) => new Date(micros / 1000).toISOString().slice(0, 19);

function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = fraction * (sorted.length - 1);
  const [below = NaN, above = below] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return below + (above - below) * (rank - Math.floor(rank));
}

const durations = logs.map(({ duration_ms }) => duration_ms);
const sizes = logs.map(({ payload_size }) => payload_size);

describe("SQL on generated logs gives the figures computed from them", () => {
  let server: ServerUnderTest;

  beforeAll(async () => {
    server = await ServerUnderTest.start("0.90");
    const { status, body } = await server.post("/api/default/logs_x/_json", logs);
    expect([status, body.status[0].successful]).toEqual([200, logs.length]);
  });

  afterAll(() => server.stop());

  const search = async (sql: string, more: Record<string, unknown> = {}) => {
    const query = { sql, start_time: start, end_time: start + 3_700_000_000, from: 0, size: 5_000, ...more };
    return server.post("/api/default/_search?type=logs", { query });
  };
  const hits = async (
    sql: string,
    more: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>[]> => {
    const { status, body } = await search(sql, more);
    expect([sql, status, body.message]).toEqual([sql, 200, undefined]);
    return body.hits as Record<string, unknown>[];
  };
  const one = async (expression: string, where = ""): Promise<unknown> =>
    (await hits(`SELECT ${expression} AS x FROM logs_x ${where} LIMIT 1`))[0]?.x;

  it("histogram by a named interval", async () => {
    const found = await hits(
      "SELECT histogram(_timestamp, '5 minutes') AS ts, count(*) AS c FROM logs_x GROUP BY ts ORDER BY ts",
    );
    const bins = groupBy(logs, ({ _timestamp }) => _timestamp - (_timestamp % 300_000_000));
    expect(found).toEqual(
      [...bins]
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([ts, each]) => ({ ts: iso(Number(ts)), c: each.length })),
    );
  });

  it("histogram by the interval that the time range chooses, and says which", async () => {
    const { body } = await search(
      "SELECT histogram(_timestamp) AS ts, count(*) AS c FROM logs_x GROUP BY ts ORDER BY ts",
    );
    expect(body.histogram_interval).toBe(30);
    const bins = groupBy(logs, ({ _timestamp }) => _timestamp - (_timestamp % 30_000_000));
    expect((body.hits as { c: number }[]).map(({ c }) => c)).toEqual(
      [...bins].sort(([a], [b]) => Number(a) - Number(b)).map(([, each]) => each.length),
    );
  });

  it.each([0.5, 0.95, 0.99])("percentile %p, in both ways to write it", async (fraction) => {
    const expected = percentile(durations, fraction);
    expect(await one(`approx_percentile_cont(duration_ms, ${fraction})`)).toBeCloseTo(expected, 9);
    expect(await one(`approx_percentile_cont(${fraction}) WITHIN GROUP (ORDER BY duration_ms)`)).toBeCloseTo(
      expected,
      9,
    );
    expect(await one(`approx_percentile_cont(payload_size, ${fraction})`)).toBeCloseTo(
      percentile(sizes, fraction),
      9,
    );
  });

  it("sums, means, extremes, deviations and counts by group", async () => {
    const found = await hits(
      `SELECT type, count(*) AS c, sum(payload_size) AS total, avg(duration_ms) AS mean, min(duration_ms) AS low,
       max(duration_ms) AS high, median(duration_ms) AS middle, stddev_pop(duration_ms) AS spread
       FROM logs_x GROUP BY type ORDER BY type`,
    );
    const groups = [...groupBy(logs, ({ type }) => type)].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(found.map(({ type }) => type)).toEqual(groups.map(([type]) => type));
    groups.forEach(([, each], index) => {
      const values = each.map(({ duration_ms }) => duration_ms);
      const average = mean(values);
      const row = found[index]!;
      expect(row.c).toBe(each.length);
      expect(row.total).toBe(sum(each.map(({ payload_size }) => payload_size)));
      expect(row.low).toBe(Math.min(...values));
      expect(row.high).toBe(Math.max(...values));
      expect(row.mean).toBeCloseTo(average, 8);
      expect(row.middle).toBeCloseTo(percentile(values, 0.5), 8);
      expect(row.spread).toBeCloseTo(Math.sqrt(mean(values.map((value) => (value - average) ** 2))), 8);
    });
  });

  it("ratios: of integers they are cut to whole numbers, times 1.0 they are not", async () => {
    const errors = logs.filter(({ status }) => status === "error").length;
    const failed = "sum(CASE WHEN status = 'error' THEN 1 ELSE 0 END)";
    expect(await one(`${failed} / count(*)`)).toBe(0);
    expect(await one(`${failed} * 1.0 / count(*)`)).toBeCloseTo(errors / logs.length, 12);
    expect(await one(`100.0 * ${failed} / count(*)`)).toBeCloseTo((100 * errors) / logs.length, 9);
  });

  it("distinct values, exactly and approximately", async () => {
    expect(await one("count(DISTINCT type)")).toBe(3);
    expect(await one("count(DISTINCT payload_size)")).toBe(new Set(sizes).size);
    const estimate = Number(await one("approx_distinct(payload_size)"));
    expect(Math.abs(estimate / new Set(sizes).size - 1)).toBeLessThan(0.1);
  });

  const matching: readonly (readonly [string, (log: Log) => boolean])[] = [
    ["match_all('order')", ({ message }) => /order/i.test(message)],
    ["match_all('PAYMENT')", ({ message }) => /payment/i.test(message)],
    ["str_match(message, 'ORDER')", ({ message }) => message.includes("ORDER")],
    ["str_match_ignore_case(message, 'ORDER')", ({ message }) => /order/i.test(message)],
    ["re_match(message, '^(order|stock)')", ({ message }) => /^(order|stock)/.test(message)],
    ["re_not_match(message, 'pay')", ({ message }) => !message.includes("pay")],
    ["fuzzy_match_all('ordr', 1)", ({ message }) => /order/i.test(message)],
    ["message ~ 'declined$'", ({ message }) => message.endsWith("declined")],
    ["message LIKE '%while%'", ({ message }) => message.includes("while")],
    ["message ILIKE 'ORDER%'", ({ message }) => /^order/i.test(message)],
    ["type IN ('PayOrder', 'None')", ({ type }) => type === "PayOrder"],
    ["payload_size BETWEEN 100 AND 200", ({ payload_size }) => payload_size >= 100 && payload_size <= 200],
    ["trace IS NOT NULL", ({ trace }) => trace !== undefined],
    ["type = 5 OR payload_size = 'none'", () => false],
    ["duration_ms > 500 AND NOT status = 'error'", (log) => log.duration_ms > 500 && log.status !== "error"],
  ];
  it.each(matching)("rows where %s", async (condition, holds) => {
    expect(await one("count(*)", `WHERE ${condition}`)).toBe(logs.filter(holds).length);
  });

  const first = logs[0]!;
  const day = new Date(first._timestamp / 1000);
  const values: readonly (readonly [string, unknown])[] = [
    [
      "to_timestamp_micros(_timestamp)",
      `${iso(first._timestamp)}.${String(first._timestamp % 1_000_000).padStart(6, "0")}`,
    ],
    ["date_trunc('hour', to_timestamp_micros(_timestamp))", `${iso(first._timestamp).slice(0, 13)}:00:00`],
    ["date_part('hour', to_timestamp_micros(_timestamp))", day.getUTCHours()],
    ["extract(minute FROM to_timestamp_micros(_timestamp))", day.getUTCMinutes()],
    [
      "date_format(_timestamp, '%Y/%m/%d %H', 'UTC')",
      iso(first._timestamp).slice(0, 13).replaceAll("-", "/").replace("T", " "),
    ],
    ["to_char(to_timestamp_micros(_timestamp), '%Y')", String(day.getUTCFullYear())],
    [
      "date_bin(INTERVAL '15 minutes', to_timestamp_micros(_timestamp))",
      iso(first._timestamp - (first._timestamp % 900_000_000)),
    ],
    ["to_unixtime(to_timestamp_micros(_timestamp))", Math.floor(first._timestamp / 1_000_000)],
    ["to_timestamp_seconds(1709210096)", "2024-02-29T12:34:56"],
    ["to_timestamp('2024-02-29T12:34:56')", "2024-02-29T12:34:56"],
    ["CAST(payload_size AS VARCHAR)", String(first.payload_size)],
    ["payload_size::text", String(first.payload_size)],
    ["CAST('12' AS BIGINT) + 1", 13],
    ["arrow_cast('12', 'Int64') + 1", 13],
    ["arrow_typeof(duration_ms)", "Float64"],
    ["upper(type)", first.type.toUpperCase()],
    ["concat(type, '-', status)", `${first.type}-${first.status}`],
    ["coalesce(nothing_at_all, 'none')", undefined],
    ["nvl(NULL, 'none')", "none"],
    ["nullif(type, type)", undefined],
    ["split_part('a.b.c', '.', 2)", "b"],
    ["regexp_replace('a1b2', '[0-9]', '#')", "a#b2"],
    ["regexp_like('abc', 'b')", true],
    ["to_hex(255)", "ff"],
    ["initcap('hello world')", "Hello World"],
    ["array_length(string_to_array('a,b,c', ','))", 3],
    ["array_to_string(cast_to_arr('[\"x\",\"y\"]'), '+')", "x+y"],
    ["arrcount('[1,2,3]')", 3],
    ['arrsort(\'["c","a"]\')', '["a","c"]'],
    ['arrindex(\'["a","b","c"]\', 1, 2)', '["b","c"]'],
    ["spath('{\"a\":{\"b\":7}}', 'a.b')", "7"],
    ["json_get_str('{\"a\":{\"b\":\"x\"}}', 'a', 'b')", "x"],
    ["json_get_int('{\"a\":[4,5]}', 'a', 1)", 5],
    ['json_length(\'{"a":1,"b":2}\')', 2],
    ["greatest(1, 3, 2)", 3],
    ["round(2.567, 2)", 2.57],
    ["power(2, 10)", 1024],
    ["7 % 3", 1],
    ["CASE WHEN payload_size >= 0 THEN 'big' ELSE 'small' END", "big"],
  ];
  it.each(values.filter(([expression]) => !expression.includes("nothing_at_all")))(
    "%s",
    async (expression, expected) => {
      const where = `WHERE _timestamp = ${first._timestamp}`;
      expect(await one(expression, where)).toEqual(expected);
    },
  );

  it("common table expressions, subqueries, joins, unions and windows over the stream", async () => {
    const errors = logs.filter(({ status }) => status === "error").length;
    const cte =
      "WITH failed AS (SELECT * FROM logs_x WHERE status = 'error') SELECT count(*) AS x FROM failed";
    expect(await hits(cte)).toEqual([{ x: errors }]);
    expect(
      await hits("SELECT max(c) AS x FROM (SELECT type, count(*) AS c FROM logs_x GROUP BY type)"),
    ).toEqual([
      { x: Math.max(...[...groupBy(logs, ({ type }) => type).values()].map(({ length }) => length)) },
    ]);
    const union = await hits(
      "SELECT 'a' AS kind, count(*) AS c FROM logs_x UNION ALL SELECT 'b' AS kind, 0 AS c ORDER BY kind",
    );
    expect(union).toEqual([
      { kind: "a", c: logs.length },
      { kind: "b", c: 0 },
    ]);
    const join = "SELECT count(*) AS x FROM logs_x a JOIN logs_x b ON a._timestamp = b._timestamp";
    expect((await hits(join))[0]?.x).toBeGreaterThanOrEqual(logs.length);
    const ranked = await hits(
      "SELECT type, payload_size, row_number() OVER (PARTITION BY type ORDER BY payload_size DESC) AS place FROM logs_x ORDER BY place, type LIMIT 3",
    );
    expect(ranked.map(({ payload_size }) => payload_size)).toEqual(
      [...groupBy(logs, ({ type }) => type)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, each]) => Math.max(...each.map(({ payload_size }) => payload_size))),
    );
  });

  it("rows come newest first, by pages, and null is left out", async () => {
    const newest = [...logs].reverse();
    const page = await hits("SELECT * FROM logs_x", { from: 10, size: 5 });
    expect(page).toEqual(newest.slice(10, 15));
    expect(page.flatMap((row) => Object.values(row))).not.toContain(null);
    const { body } = await search("SELECT * FROM logs_x", { size: 1, track_total_hits: true });
    expect([body.hits, body.total]).toEqual([[{ zo_sql_num: logs.length }], logs.length]);
  });

  it("nothing outside of the time range, whose end does not belong to it", async () => {
    const [a, b] = [logs[100]!._timestamp, logs[200]!._timestamp];
    expect(await hits("SELECT count(*) AS x FROM logs_x", { start_time: a, end_time: b })).toEqual([
      { x: 100 },
    ]);
  });

  it("what is wrong is told by the server's codes", async () => {
    const refused = async (sql: string) => {
      const { status, body } = await search(sql);
      return [status, body.code, body.message] as unknown[];
    };
    expect(await refused("SELECT * FROM ghost")).toEqual([400, 20002, "Search stream not found: ghost"]);
    expect(await refused("SELECT ghost FROM logs_x")).toEqual([
      400,
      20004,
      "Search field not found: Schema error: No field named ghost. Valid fields are logs_x._timestamp.",
    ]);
    expect(await refused("SELECT nofn(type) FROM logs_x")).toEqual([
      400,
      20005,
      "Search function not defined: Error during planning: Invalid function 'nofn'.\nDid you mean 'now'?",
    ]);
    expect((await refused("DROP TABLE logs_x")).slice(0, 2)).toEqual([400, 20008]);
    expect((await refused("SELEC 1")).slice(0, 2)).toEqual([500, 500]);
    expect((await refused("SELECT type, count(*) FROM logs_x")).slice(0, 2)).toEqual([400, 20008]);
    expect(await refused("SELECT approx_topk(type, 3) FROM logs_x")).toEqual([
      501,
      501,
      "The embedded OpenObserve does not support the SQL function approx_topk",
    ]);
  });

  it.each(["read_csv('/etc/hostname')", "glob('/*')", "duckdb_settings()", "'/etc/hostname'"])(
    "no way out of the streams through FROM %s",
    async (source) => {
      const { status, body } = await search(`SELECT * FROM ${source}`);
      expect([status, JSON.stringify(body)]).toEqual([
        expect.any(Number),
        expect.not.stringContaining('"hits"'),
      ]);
      expect(status).toBeGreaterThanOrEqual(400);
    },
  );

  it("functions of DuckDB alone are as unknown as on the real server", () => {
    for (const name of ["read_text", "getenv", "current_setting", "epoch_ms", "strftime", "list_zip"]) {
      expect([name, knowledgeOf(name)]).toEqual([name, "unknown"]);
    }
  });
});
