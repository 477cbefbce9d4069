import { burnRates, dashboards, logStreamRoles, type Objective, objectives, streams } from "@o2cqrs/contract";
import { badShare, sql } from "../queries/index.js";
import { dashboard } from "./builder.js";
import { metricseries, timeseries } from "./panels.js";
import { chosenCounts, chosenRecords, variables } from "./variables.js";

/** How fast an objective's error budget is spent: 1 spends it exactly within the period. */
function burnRate(name: string, { title, bus, target, periodDays, source }: Objective) {
  const { share, all, stream } = badShare(source, bus, chosenCounts(source));
  const { factor, longWindowMinutes } = burnRates.fast;
  const range = { minutes: longWindowMinutes };
  // Who never failed has no series of failures: that is a burn rate of 0, and no gap.
  const bad = `${share(range)} or ${all(range)} * 0`;
  return metricseries({
    id: `overview-burn-${name}`,
    title,
    description:
      `Objective: ${target * 100}% over ${periodDays} days, of what is chosen above. ` +
      `1 spends the budget exactly; the line is where the fast alert begins.`,
    stream,
    promql: `(${bad}) / ${Number((1 - target).toPrecision(6))}`,
    legend: bus,
    limit: { name: "fast burn", value: factor },
  });
}

/** Which releases ran when: a new version shows as a new colour, beside the figures that it may have moved. */
function releases(role: (typeof logStreamRoles)[number]) {
  const { storedName } = streams[role];
  return timeseries({
    id: `overview-releases-${role}`,
    title: `Releases (${role})`,
    description: "Records by version of the service",
    stream: storedName,
    sql: sql.select({
      columns: { moment: "histogram(_timestamp)", version: "version", records: "COUNT(*)" },
      from: storedName,
      where: chosenRecords(),
      groupBy: ["moment", "version"],
      orderBy: "moment",
    }),
    measures: { records: undefined },
    splitBy: "version",
    type: "area-stacked",
  });
}

const burns = Object.entries(objectives).map(([name, objective]) => ({
  objective,
  panel: burnRate(name, objective),
}));
const ofKind = (kind: Objective["kind"]) =>
  burns.filter(({ objective }) => objective.kind === kind).map(({ panel }) => panel);

/** The objectives of the buses, how fast their budgets burn, and the releases. */
export const overviewDashboard = dashboard(dashboards.overview)
  .variables(variables)
  .tab("Overview")
  .row(16, ...ofKind("availability"))
  .row(16, ...ofKind("latency"))
  .row(16, ...logStreamRoles.map(releases))
  .build();
