import type { DrillDown, PanelConfig, Unit } from "@o2cqrs/providers";
import type { UnplacedPanel } from "./builder.js";
import { colours } from "./colours.js";

interface Described {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Stored name of the stream. */
  readonly stream: string;
}

interface Limit {
  readonly name: string;
  readonly value: number;
}

const limitLine = ({ name, value }: Limit) => ({ name, type: "yAxis" as const, value: String(value) });

const axes = (columns: readonly string[]) => columns.map((column) => ({ column }));

/** One figure over the whole range. SQL must answer one row with the column `value`. */
export function figure(panel: Described & { sql: string; unit?: Unit; decimals?: number }): UnplacedPanel {
  const { sql, stream, unit, decimals, ...described } = panel;
  return {
    ...described,
    type: "metric",
    queries: [{ kind: "sql", sql, stream, y: [{ column: "value", color: colours.neutral }] }],
    config: {
      ...(unit === undefined ? {} : { unit }),
      ...(decimals === undefined ? {} : { decimals }),
      noValueReplacement: "–",
    },
  };
}

/** Figures over time. SQL must answer the column `moment`, the measured ones, and one that splits them. */
export function timeseries(
  panel: Described & {
    sql: string;
    /** Measured columns, each with the colour of its meaning or none. */
    measures: Readonly<Record<string, string | undefined>>;
    splitBy?: string;
    unit?: Unit;
    limit?: Limit;
    type?: "line" | "stacked" | "area-stacked";
  },
): UnplacedPanel {
  const { sql, stream, measures, splitBy, unit, limit, type = "line", ...described } = panel;
  return {
    ...described,
    type,
    queries: [
      {
        kind: "sql",
        sql,
        stream,
        x: axes(["moment"]),
        y: Object.entries(measures).map(([column, color]) => ({
          column,
          ...(color === undefined ? {} : { color }),
        })),
        breakdown: splitBy === undefined ? [] : axes([splitBy]),
      },
    ],
    config: config(unit, limit),
  };
}

/** Figures of metrics over time. */
export function metricseries(
  panel: Described & { promql: string; legend: string; unit?: Unit; limit?: Limit },
): UnplacedPanel {
  const { promql, stream, legend, unit, limit, ...described } = panel;
  return {
    ...described,
    type: "line",
    queries: [{ kind: "promql", promql, stream, legend }],
    config: config(unit, limit),
  };
}

/** One bar a value of the first column. */
export function bars(
  panel: Described & { sql: string; by: string; measure: string; unit?: Unit },
): UnplacedPanel {
  const { sql, stream, by, measure, unit, ...described } = panel;
  return {
    ...described,
    type: "bar",
    queries: [{ kind: "sql", sql, stream, x: axes([by]), y: [{ column: measure, color: colours.neutral }] }],
    config: { ...config(unit), showLegends: false },
  };
}

/** Rows of a query. */
export function table(
  panel: Described & {
    sql: string;
    columns: readonly string[];
    measures: readonly string[];
    drillDowns?: readonly DrillDown[];
  },
): UnplacedPanel {
  const { sql, stream, columns, measures, drillDowns, ...described } = panel;
  return {
    ...described,
    type: "table",
    queries: [{ kind: "sql", sql, stream, x: axes(columns), y: axes(measures) }],
    config: { wrapTableCells: true, ...(drillDowns === undefined ? {} : { drillDowns: [...drillDowns] }) },
  };
}

const config = (unit?: Unit, limit?: Limit): PanelConfig => ({
  legendsPosition: "bottom",
  ...(unit === undefined ? {} : { unit }),
  ...(limit === undefined ? {} : { markLines: [limitLine(limit)] }),
});
