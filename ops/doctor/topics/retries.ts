import { errorCodes } from "@o2cqrs/contract";
import { type Row } from "@o2cqrs/providers/client";
import { numberIn, select, textIn } from "../../verify/context.js";
import { from, notProbe } from "../../verify/sql.js";
import { type Examination, type Observation, observe, unknown } from "../observation.js";

/** Fewer failures say nothing about the rule behind them. */
const fewest = 5;

/** An operation may take this long before it counts as hung. */
const patienceMinutes = 2;

/** Trying these again would bring the same error. */
const hopeless = ["INVALID_MESSAGE", errorCodes.handlerMissing].map((code) => `'${code}'`).join(", ");

const tries = "COALESCE(retry_count, 0)";

/** Whether failed commands are tried again, whether that helps, and whether what is cancelled ends. */
export const retries: Examination = async (context) => {
  const [row] = await select(
    context,
    `SELECT count(CASE WHEN status = 'error' THEN 1 END) AS failed, count(CASE WHEN status = 'error' AND ${tries} > 0 THEN 1 END) AS retried_in_vain, count(CASE WHEN status = 'success' AND ${tries} > 0 THEN 1 END) AS saved FROM ${from("commands")} WHERE ${notProbe} AND (error_code IS NULL OR error_code NOT IN (${hopeless}))`,
  );
  const until = context.window.end - patienceMinutes * 60_000_000;
  const hung = await select(
    context,
    `SELECT type, id, min(_timestamp) AS began FROM ${from("commands")} WHERE ${notProbe} GROUP BY type, id HAVING count(CASE WHEN status <> 'start' THEN 1 END) = 0 AND min(_timestamp) < ${until}`,
  );
  return [areRetried(row), help(row), end(hung)];
};

function areRetried(row: Row | undefined): Observation {
  const checked = "whether failed commands are tried again";
  const [failed, inVain, saved] = [
    numberIn(row, "failed"),
    numberIn(row, "retried_in_vain"),
    numberIn(row, "saved"),
  ];
  if (failed < fewest) return unknown(checked, `${failed} failures that a retry could have mended`);
  const seen = `${inVain + saved} commands were tried again, ${failed} failed`;
  return observe(checked, inVain + saved === 0 ? [`${failed} failed at their only try`] : [], {
    seen,
    cure: "Put the runtime's retry middleware into the pipeline, and let its rule take these errors for transient.",
  });
}

function help(row: Row | undefined): Observation {
  const checked = "whether a retry helps";
  const [inVain, saved] = [numberIn(row, "retried_in_vain"), numberIn(row, "saved")];
  if (inVain + saved < fewest) return unknown(checked, `${inVain + saved} commands were tried again`);
  return observe(checked, saved === 0 ? [`all ${inVain} failed again`] : [], {
    seen: `${saved} of ${inVain + saved} that were tried again succeeded`,
    cure: "The error is permanent, or the tries come too fast: back off exponentially with jitter, and do not retry what cannot succeed.",
  });
}

function end(hung: readonly Row[]): Observation {
  return observe(
    "whether commands end",
    hung.map((row) => `${textIn(row, "type")} ${textIn(row, "id")} began and never ended`),
    {
      seen: `${hung.length} began more than ${patienceMinutes} min ago and have no end`,
      cure: "Set a timeout for commands and pass the operation's AbortSignal to what the handler waits for; or the process was killed.",
    },
  );
}
