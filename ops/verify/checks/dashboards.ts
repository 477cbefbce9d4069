import { dashboardPresets as presets, dashboards } from "@o2cqrs/contract";
import { messageOf } from "../../cli/errors.js";
import { type Check, judge } from "../check.js";
import { type TimeWindow, type VerifyContext } from "../context.js";
import { type DashboardContent, panelQueries, readDashboards, runPanelQuery } from "../dashboards.js";

const titles = Object.values(dashboards).map(({ title }) => title);
const cure = "Deploy the stack: o2cqrs up --refresh repairs dashboards.";

const missingOf = (found: ReadonlyMap<string, DashboardContent>) =>
  titles.filter((title) => !found.has(title)).map((title) => `${title} does not exist`);

/** Runs every panel's query over the window. */
async function runPanels(
  context: VerifyContext,
  found: ReadonlyMap<string, DashboardContent>,
  window: TimeWindow,
) {
  const problems: string[] = [];
  let queries = 0;
  let answered = 0;
  for (const content of found.values()) {
    const own = await panelQueries(context.admin, content, window);
    // Nothing that is asked is nothing that answers.
    if (own.length === 0) problems.push(`${content.title} asks nothing`);
    for (const query of own) {
      context.signal.throwIfAborted();
      queries++;
      try {
        await runPanelQuery(context.admin, query, window);
        answered++;
      } catch (error) {
        problems.push(`${query.dashboard} / ${query.panel}: ${messageOf(error)}`);
      }
    }
  }
  return { queries, answered, problems };
}

export const dashboardsLoad: Check = async (context) => {
  const found = await readDashboards(context.admin);
  const { queries, answered, problems } = await runPanels(context, found, context.window);
  return judge([...missingOf(found), ...problems], {
    evidence: `${found.size} of ${titles.length} dashboards, ${answered} of ${queries} panel queries run`,
    cure,
  });
};

/** Dashboards of a bus must have both, and panels that use them; what runs in the background has no handler. */
const drillDown = ["type", "handler"] as const;
const busDashboards = [dashboards.commands, dashboards.queries, dashboards.events].map(({ title }) => title);

export const dashboardDrillDown: Check = async (context) => {
  const found = await readDashboards(context.admin);
  const problems = busDashboards.flatMap((title) => {
    const content = found.get(title);
    if (content === undefined) return [`${title} does not exist`];
    const names = (content.variables?.list ?? []).map(({ name }) => name);
    const queries = JSON.stringify(content.tabs);
    const missing = drillDown.filter((name) => !names.includes(name) || !queries.includes(`$${name}`));
    return missing.length === 0 ? [] : [`${title} cannot be narrowed by ${missing.join(", ")}`];
  });
  return judge(problems, {
    evidence: `${busDashboards.length - problems.length} of ${busDashboards.length} have both`,
    cure,
  });
};

/** The user interface offers the three to every dashboard whose range is relative; each must then answer. */
export const dashboardPresets: Check = async (context) => {
  const found = await readDashboards(context.admin);
  const fixed = [...found.values()].filter(
    ({ defaultDatetimeDuration }) => defaultDatetimeDuration?.type !== "relative",
  );
  const problems = [...missingOf(found), ...fixed.map(({ title }) => `${title} opens with a fixed range`)];
  for (const [name, minutes] of Object.entries(presets)) {
    const { end } = context.window;
    const outcome = await runPanels(context, found, { start: end - minutes * 60_000_000, end });
    problems.push(...outcome.problems.map((problem) => `${name}: ${problem}`));
  }
  return judge(problems, {
    evidence: `${found.size} dashboards answer over ${Object.keys(presets).join(", ")}`,
    cure,
  });
};
