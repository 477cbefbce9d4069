import { errorCodes, thresholds } from "@o2cqrs/contract";
import { backgroundRefresh } from "../../verify/checks/metrics.js";
import { numberIn, select, textIn } from "../../verify/context.js";
import { from, notProbe } from "../../verify/sql.js";
import { type Examination, fromFinding, type Observation, observe, unknown } from "../observation.js";

/** Fewer queries of a type say nothing. */
const fewest = 20;

interface TypeUse {
  readonly type: string;
  readonly count: number;
  readonly hits: number;
  readonly stale: number;
  readonly keys: number;
}

/** How the query cache answers, by type. */
export const cache: Examination = async (context) => {
  const rows = await select(
    context,
    `SELECT type, count(*) AS n, count(CASE WHEN cache_hit = true THEN 1 END) AS hits, count(CASE WHEN stale = true THEN 1 END) AS old, count(DISTINCT cache_key) AS keys FROM ${from("queries")} WHERE ${notProbe} AND status = 'success' GROUP BY type`,
  );
  const types = rows
    .map((row): TypeUse => ({
      type: textIn(row, "type"),
      count: numberIn(row, "n"),
      hits: numberIn(row, "hits"),
      stale: numberIn(row, "old"),
      keys: numberIn(row, "keys"),
    }))
    .filter(({ count }) => count >= fewest);
  const [failed] = await select(
    context,
    `SELECT count(*) AS n FROM ${from("queries")} WHERE ${notProbe} AND error_code = '${errorCodes.refreshFailed}'`,
  );
  const use =
    types.length === 0
      ? [
          unknown(
            "how queries are answered",
            `no type has ${fewest} queries in the last ${context.since.text}`,
          ),
        ]
      : [hitRatio(types), isUsed(types), staysFresh(types)];
  return [
    ...use,
    refreshes(numberIn(failed, "n")),
    fromFinding("whether refreshes and fetches under way are counted", await backgroundRefresh(context)),
  ];
};

const share = (part: number, whole: number) => `${((part / whole) * 100).toFixed(0)}%`;

function hitRatio(types: readonly TypeUse[]): Observation {
  const least = thresholds.queryCacheHitRatio.value;
  const text = ({ type, hits, count }: TypeUse) => `${type} ${share(hits, count)} of ${count}`;
  return observe("the hit ratio by type", types.filter(({ hits, count }) => hits / count < least).map(text), {
    seen: types.map(text).join(", "),
    cure: "See what invalidates the type's keys and whether its key holds something that changes at every call; raise its cache time.",
  });
}

/** A type whose keys repeat and that never hits has its cache switched off, or everything is invalidated. */
function isUsed(types: readonly TypeUse[]): Observation {
  const off = types.filter(({ hits, count, keys }) => hits === 0 && keys < count / 2);
  return observe(
    "keys that are asked for again",
    off.map(
      ({ type, count, keys }) => `${type}: ${count} queries for ${keys} keys, and never from the cache`,
    ),
    {
      seen: `${off.length} of ${types.length} types never answer from the cache`,
      cure: "cacheTimeMs 0 switches the cache off and is never overridden by a default: give the type another value if that is not meant.",
    },
  );
}

/** Stale answers start a refresh; where most hits are stale, the refreshes bring nothing. */
function staysFresh(types: readonly TypeUse[]): Observation {
  const stale = types.filter(({ hits, stale: old }) => hits >= fewest / 2 && old / hits > 0.5);
  return observe(
    "stale answers",
    stale.map(({ type, stale: old, hits }) => `${type}: ${share(old, hits)} of its hits are stale`),
    {
      seen: `${stale.length} of ${types.length} types answer mostly with stale values`,
      cure: "The stale time is shorter than the time between two calls, or refreshes fail: raise staleTimeMs, or set refreshEveryMs.",
    },
  );
}

const refreshes = (failed: number): Observation =>
  observe("refreshes in the background", failed > 0 ? [`${failed} failed`] : [], {
    seen: `${failed} failed`,
    cure: "Read the error of these records; the old answer is served until it expires, and then queries wait.",
  });
