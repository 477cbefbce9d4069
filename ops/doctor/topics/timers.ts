import { errorCodes, metrics } from "@o2cqrs/contract";
import { numberIn, select, textIn } from "../../verify/context.js";
import { from, notProbe } from "../../verify/sql.js";
import { type DoctorContext, type Examination, type Observation, observe, unknown } from "../observation.js";

/** More timers or operations than this, and twice as many as before, are a leak and no load. */
const leastGrowth = 10;

/** Whether what runs in the background ends when it should. */
export const timers: Examination = async (context) => [
  await growth(context, metrics.backgroundRefreshActive.name, "type", {
    checked: "timers of background refresh",
    what: "timers",
    cure: "Something keeps refreshing what nobody asks for: forget answers by invalidate or reset, and destroy the cache in onModuleDestroy.",
  }),
  await orphans(context),
  await growth(context, metrics.inflightOperations.name, "kind", {
    checked: "operations under way",
    what: "operations",
    cure: "Operations begin and do not end: set timeouts, pass the AbortSignal on, and look at the slowest handlers.",
  }),
  await failing(context),
];

/** The last third of the window against the first. */
async function growth(
  context: DoctorContext,
  metric: string,
  label: "type" | "kind",
  { checked, what, cure }: { checked: string; what: string; cure: string },
): Promise<Observation> {
  const { start, end } = context.window;
  const third = (end - start) / 3;
  const [before, after] = await Promise.all(
    [
      { start, end: start + third },
      { start: end - third, end },
    ].map(async (window) => {
      const sql = `SELECT ${label} AS what, min(value) AS least, max(value) AS most FROM "${metric}" GROUP BY ${label}`;
      return select(context, sql, { type: "metrics", window });
    }),
  );
  if (before === undefined || after === undefined || before.length === 0 || after.length === 0)
    return unknown(checked, `too few samples of ${metric} in the last ${context.since.text} to compare`);
  const problems = after.flatMap((row) => {
    const name = textIn(row, "what");
    const most = numberIn(
      before.find((other) => textIn(other, "what") === name),
      "most",
    );
    const least = numberIn(row, "least");
    const grew = least >= 2 * most && least - most >= leastGrowth;
    return grew ? [`${name}: at most ${most} at first, at least ${least} at last`] : [];
  });
  const most = Math.max(...after.map((row) => numberIn(row, "most")));
  return observe(checked, problems, { seen: `at most ${most} ${what} at last`, cure });
}

/** A timer outlives its answers when its type is refreshed and no longer asked for. */
async function orphans(context: DoctorContext): Promise<Observation> {
  const { start, end } = context.window;
  const metric = metrics.backgroundRefreshActive.name;
  const last = { start: end - (end - start) / 3, end };
  const active = await select(
    context,
    `SELECT type, min(value) AS least FROM "${metric}" GROUP BY type HAVING min(value) > 0`,
    { type: "metrics", window: last },
  );
  const asked = await select(context, `SELECT DISTINCT type FROM ${from("queries")} WHERE ${notProbe}`);
  const known = new Set(asked.map((row) => textIn(row, "type")));
  const problems = active
    .filter((row) => !known.has(textIn(row, "type")))
    .map((row) => `${textIn(row, "type")}: ${numberIn(row, "least")} timers, no query`);
  return observe("refreshes of what nobody asks for", problems, {
    seen: `${problems.length} of ${active.length} refreshed types had no query in the last ${context.since.text}`,
    cure: "The answers should have expired: check cacheTimeMs, and clear timers in invalidate, reset and onModuleDestroy.",
  });
}

async function failing(context: DoctorContext): Promise<Observation> {
  const sql = `SELECT type, count(*) AS n FROM ${from("queries")} WHERE ${notProbe} AND error_code = '${errorCodes.refreshFailed}' GROUP BY type`;
  const rows = await select(context, sql);
  return observe(
    "errors of background refresh",
    rows.map((row) => `${textIn(row, "type")}: ${numberIn(row, "n")} failed`),
    {
      seen: `${rows.length} types have failed refreshes`,
      cure: "Read the error of these records; refreshes are retried, and the old answer is served meanwhile.",
    },
  );
}
