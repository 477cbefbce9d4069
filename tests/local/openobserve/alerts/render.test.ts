import { type Occasion, renderTemplate } from "../../../../local/openobserve/alerts/render.js";
import { emptyQueryCondition } from "../../../../local/openobserve/conditions/query.js";
import type { AlertRecord } from "../../../../local/openobserve/store/records.js";

const at = Date.UTC(2026, 10, 24, 9, 0, 0) * 1000;

const alert = (more: Partial<AlertRecord> = {}): AlertRecord => ({
  id: "1",
  name: "errors",
  org_id: "default",
  stream_type: "logs",
  stream_name: "orders",
  is_real_time: false,
  query_condition: { ...emptyQueryCondition, type: "sql", sql: "SELECT 1" },
  trigger_condition: {
    period: 10,
    operator: ">=",
    threshold: 3,
    frequency: 1,
    cron: "",
    frequency_type: "minutes",
    silence: 0,
    timezone: undefined,
    tolerance_in_secs: null,
    align_time: true,
  },
  destinations: [],
  context_attributes: { team: "core" },
  row_template: "",
  row_template_type: "String",
  description: "too many",
  enabled: true,
  tz_offset: 0,
  creates_incident: false,
  owner: "",
  last_edited_by: "",
  folder_id: "default",
  ...more,
});

const occasion = (rows: Occasion["rows"]): Occasion => ({
  organizationName: "Acme",
  rows,
  windowStart: at - 600_000_000,
  windowEnd: at,
  evaluatedAt: at + 1,
  url: (from, to) => `/web?from=${from}&to=${to}`,
});

const rendered = (body: string, rows: Occasion["rows"] = [], more: Partial<AlertRecord> = {}) =>
  renderTemplate({ body }, alert(more), occasion(rows));

describe("A notification", () => {
  it("says what the alert is about", () => {
    expect(
      rendered(
        "{org_name} {stream_type}/{stream_name} {alert_name} {alert_type} {alert_period} {alert_operator} {alert_threshold} {alert_count} {alert_description}",
        [{ a: 1 }],
      ),
    ).toBe("Acme logs/orders errors scheduled 10 >= 3 1 too many");
  });

  it("says when: its window, or the times of its rows", () => {
    expect(rendered("{alert_start_time} {alert_end_time} {alert_url}")).toBe(
      `2026-11-24T08:50:00 2026-11-24T09:00:00 /web?from=${at - 600_000_000}&to=${at}`,
    );
    expect(
      rendered("{alert_start_time} {alert_end_time}", [
        { _timestamp: at - 120_000_000 },
        { _timestamp: at - 60_000_000 },
      ]),
    ).toBe("2026-11-24T08:58:00 2026-11-24T09:00:00");
  });

  it("puts the columns of the rows and the context attributes in, and leaves the unknown", () => {
    expect(
      rendered("{svc} {n} {team} {ghost}", [
        { svc: "a", n: 1 },
        { svc: "b", n: 1 },
      ]),
    ).toBe("a, b 1 core {ghost}");
  });

  it("escapes what comes from data, so that a JSON body stays JSON", () => {
    const body = rendered('{"text":"{message}"}', [{ message: 'say "hi"\n\\o/' }]);
    expect(JSON.parse(body)).toEqual({ text: 'say "hi"\n\\o/' });
  });

  it("joins its rows by the row template, cut to a number if asked", () => {
    const rows = [
      { svc: "a", c: 5 },
      { svc: "b", c: 7 },
    ];
    const row_template = "{svc}:{c}";
    expect(JSON.parse(rendered('{"rows":"{rows}"}', rows, { row_template }))).toEqual({ rows: "a:5\nb:7" });
    expect(rendered("{rows:1}", rows, { row_template })).toBe("a:5");
    expect(rendered("{svc:1}", [{ svc: "abc" }])).toBe("a");
  });

  it("has rows of JSON as a list, and an empty list where there are none", () => {
    const more = { row_template: '{"name":"{svc}"}', row_template_type: "Json" as const };
    expect(JSON.parse(rendered('{"rows": "{rows}"}', [{ svc: "a" }], more))).toEqual({
      rows: [{ name: "a" }],
    });
    expect(JSON.parse(rendered('{"rows": "{rows}"}', [], { row_template: "{svc}" }))).toEqual({ rows: [] });
  });

  it("is not confused by dollar signs in what it puts in", () => {
    expect(rendered("{price}", [{ price: "$& $1" }])).toBe("$& $1");
  });
});
