import {
  type AlertQueries,
  customSql,
  evaluateAlert,
  type EvaluatedAlert,
  nextEvaluation,
  promqlOf,
  runAlert,
  UnsupportedAlert,
} from "../../../../local/openobserve/alerts/index.js";
import {
  evaluateRange,
  memorySource,
  parsePromql,
  type Series,
} from "../../../../local/openobserve/promql/index.js";
import {
  emptyQueryCondition,
  type TriggerCondition,
} from "../../../../local/openobserve/conditions/query.js";

const minute = 60_000_000;
const start = 1_795_464_480_000_000;

const trigger = (more: Partial<TriggerCondition> = {}): TriggerCondition => ({
  period: 5,
  operator: ">=",
  threshold: 1,
  frequency: 1,
  cron: "",
  frequency_type: "minutes",
  silence: 0,
  timezone: undefined,
  tolerance_in_secs: null,
  align_time: true,
  ...more,
});

const sqlAlert = (more: Partial<TriggerCondition> = {}): EvaluatedAlert => ({
  stream_name: "s",
  query_condition: { ...emptyQueryCondition, type: "sql", sql: "SELECT a FROM s" },
  trigger_condition: trigger(more),
});

const rows = (count: number): AlertQueries => ({
  columns: () => [],
  sql: async () => Array.from({ length: count }, (_, n) => ({ n })),
  promql: async () => [],
});

const window = { start: start - 5 * minute, end: start };

describe("An SQL alert", () => {
  const counts: readonly (readonly [
    TriggerCondition["operator"],
    number,
    readonly (readonly [number, boolean])[],
  ])[] = [
    [
      ">=",
      3,
      [
        [2, false],
        [3, true],
      ],
    ],
    [
      ">",
      3,
      [
        [3, false],
        [4, true],
      ],
    ],
    [
      "=",
      0,
      [
        [1, false],
        [0, true],
      ],
    ],
    [
      "<",
      2,
      [
        [2, false],
        [1, true],
      ],
    ],
    [
      "!=",
      1,
      [
        [1, false],
        [2, true],
      ],
    ],
  ];
  it.each(counts)("fires on the number of rows: %s %i", async (operator, threshold, cases) => {
    for (const [count, fires] of cases) {
      const found = await evaluateAlert(sqlAlert({ operator, threshold }), window, rows(count));
      expect([count, found !== undefined]).toEqual([count, fires]);
    }
  });

  it("looks at its period before the planned time, and asks for at least a hundred rows", async () => {
    const asked: unknown[] = [];
    const queries: AlertQueries = { ...rows(0), sql: async (...args) => (asked.push(args), []) };
    await runAlert(sqlAlert({ period: 10 }), { start, end: start }, () => queries);
    expect(asked).toEqual([["SELECT a FROM s", { start: start - 10 * minute, end: start }, 100]]);
  });
});

describe("An SQL alert with a VRL program", () => {
  const withProgram = (program: string): EvaluatedAlert => {
    const { query_condition, ...rest } = sqlAlert({ threshold: 2 });
    const vrl_function = Buffer.from(program).toString("base64url");
    return { ...rest, query_condition: { ...query_condition, vrl_function } };
  };

  it("counts the rows that the program leaves, as it leaves them", async () => {
    expect(await evaluateAlert(withProgram(".twice = int!(.n) * 2\n."), window, rows(2))).toEqual([
      { n: 0, twice: 0 },
      { n: 1, twice: 2 },
    ]);
    expect(
      await evaluateAlert(withProgram("if .n == 0 { null } else { . }"), window, rows(2)),
    ).toBeUndefined();
  });

  it("or with several time ranges that the stand-in cannot follow says so instead of firing", async () => {
    await expect(evaluateAlert(withProgram("#ResultArray#\n."), window, rows(2))).rejects.toThrow(
      UnsupportedAlert,
    );
    const { query_condition, ...rest } = sqlAlert();
    const ranges = { ...rest, query_condition: { ...query_condition, multi_time_range: [{ offSet: "1h" }] } };
    await expect(evaluateAlert(ranges, window, rows(2))).rejects.toThrow(UnsupportedAlert);
  });
});

describe("A PromQL alert", () => {
  const condition = { column: "value", operator: ">" as const, value: 10, ignore_case: false };
  const alert = (threshold: number): EvaluatedAlert => ({
    stream_name: "m",
    query_condition: { ...emptyQueryCondition, type: "promql", promql: "m", promql_condition: condition },
    trigger_condition: trigger({ threshold, period: 10 }),
  });
  const over = (series: readonly Series[]): AlertQueries => ({
    ...rows(0),
    promql: async (query, { start: from, end }, step) =>
      evaluateRange(parsePromql(query), memorySource(series), {
        start: from / 1000,
        end: end / 1000,
        step: step / 1000,
      }),
  });
  const series = (value: number): Series => ({
    labels: { __name__: "m", job: "api" },
    times: [start / 1000 - minute / 1000],
    values: [value],
  });

  it("compares its query with its value", () => {
    expect(promqlOf(alert(1).query_condition)).toBe("(m) > 10");
    expect(promqlOf({ ...alert(1).query_condition, promql_condition: { ...condition, operator: "=" } })).toBe(
      "(m) == 10",
    );
  });

  it("fires with the series' labels and its last value", async () => {
    expect(
      await evaluateAlert(alert(1), { start: start - 10 * minute, end: start }, over([series(42)])),
    ).toEqual([{ __name__: "m", job: "api", value: 42, _timestamp: expect.any(Number) }]);
    expect(await evaluateAlert(alert(1), window, over([series(9)]))).toBeUndefined();
  });

  it("fires only when enough points of its window hold", async () => {
    const wide = { start: start - 10 * minute, end: start };
    expect(await evaluateAlert(alert(1000), wide, over([series(42)]))).toBeUndefined();
  });

  it("that cannot be parsed never fires", async () => {
    const broken = { ...alert(1), query_condition: { ...alert(1).query_condition, promql: "sum(" } };
    expect(await evaluateAlert(broken, window, over([series(42)]))).toBeUndefined();
  });
});

describe("A custom alert's SQL", () => {
  const columns = [
    { name: "level", type: "Utf8" },
    { name: "latency", type: "Int64" },
    { name: "ok", type: "Boolean" },
  ] as const;
  const having = { column: "latency", operator: ">=" as const, value: 100, ignore_case: false };
  const condition = (column: string, operator: string, value: unknown) => ({ column, operator, value });

  it("selects the rows of its conditions", () => {
    const conditions = {
      or: [
        condition("level", "=", "it's"),
        { and: [condition("latency", ">", "5"), condition("ok", "=", true)] },
      ],
    };
    expect(customSql("s", { ...emptyQueryCondition, conditions }, columns)).toBe(
      `SELECT * FROM "s" WHERE ("level" = 'it''s' OR ("latency" > 5 AND "ok" = true))`,
    );
  });

  it("aggregates by its groups and compares the aggregate", () => {
    const aggregation = { group_by: ["svc"], function: "p95" as const, having };
    const conditions = { and: [condition("level", "Contains", "err")] };
    expect(customSql("s", { ...emptyQueryCondition, conditions, aggregation }, columns)).toBe(
      `SELECT svc, approx_percentile_cont("latency", 0.95) AS alert_agg_value, MIN(_timestamp) as zo_sql_min_time, ` +
        `MAX(_timestamp) AS zo_sql_max_time FROM "s" WHERE (str_match("level", 'err')) GROUP BY svc HAVING "alert_agg_value" >= 100`,
    );
  });

  it("names a column that is not there, and a value of the wrong type", () => {
    const query = (conditions: readonly unknown[]) => ({ ...emptyQueryCondition, conditions });
    expect(() => customSql("s", query([condition("ghost", "=", "1")]), columns)).toThrow(
      "Column ghost not found",
    );
    expect(() => customSql("s", query([condition("latency", "=", "x")]), columns)).toThrow(/latency.*Int64/);
  });
});

describe("An alert in time", () => {
  const firings = async (alert: EvaluatedAlert, minutes: number, fires: (now: number) => boolean) =>
    (await runAlert(alert, { start, end: start + minutes * minute }, (now) => rows(fires(now) ? 1 : 0))).map(
      ({ at }) => (at - start) / minute,
    );

  it("is evaluated at once and then by its frequency, aligned to it", async () => {
    expect(nextEvaluation(trigger({ frequency: 5 }), start + 1, false) % (5 * minute)).toBe(0);
    expect(nextEvaluation(trigger({ frequency: 5, align_time: false }), start + 1, false)).toBe(
      start + 1 + 5 * minute,
    );
    expect(await firings(sqlAlert(), 3, () => true)).toEqual([0, 1, 2, 3]);
  });

  it("rests for its silence after it fired, and only then", async () => {
    expect(await firings(sqlAlert({ silence: 3 }), 7, () => true)).toEqual([0, 3, 6]);
    expect(await firings(sqlAlert({ silence: 3 }), 7, (now) => now >= start + 2 * minute)).toEqual([2, 5]);
  });

  it("follows a cron expression with seconds, in its time zone", () => {
    const cron = trigger({ frequency_type: "cron", cron: "30 */10 * * * *" });
    expect(new Date(nextEvaluation(cron, start, false) / 1000).toISOString()).toBe(
      "2026-11-23T20:10:30.000Z",
    );
    const berlin = trigger({ frequency_type: "cron", cron: "0 0 9 * * *", timezone: "Europe/Berlin" });
    expect(new Date(nextEvaluation(berlin, start, false) / 1000).toISOString()).toBe(
      "2026-11-24T08:00:00.000Z",
    );
  });
});
