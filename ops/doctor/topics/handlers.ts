import { errorCodes, type LogStreamRole, logStreamRoles, streams } from "@o2cqrs/contract";
import { numberIn, select, textIn } from "../../verify/context.js";
import { from, notProbe } from "../../verify/sql.js";
import { type DoctorContext, type Examination, type Observation, observe } from "../observation.js";

/** Whether every message has the one handler, or the subscribers, that it should. */
export const handlers: Examination = async (context) => [
  await missing(context),
  await conflicting(context),
  await unheard(context),
  await unnamed(context),
];

async function missing(context: DoctorContext): Promise<Observation> {
  const found = await Promise.all(
    logStreamRoles.map(async (role) => {
      const sql = `SELECT type, count(*) AS n FROM ${from(role)} WHERE ${notProbe} AND error_code = '${errorCodes.handlerMissing}' GROUP BY type`;
      return (await select(context, sql)).map(
        (row) => `${streams[role].name}: ${textIn(row, "type")}, ${numberIn(row, "n")} times`,
      );
    }),
  );
  const problems = found.flat();
  return observe("messages without a handler", problems, {
    seen: `${problems.length} types had no handler, or more than one`,
    cure: "Add the handler to the providers of a module that is imported, with its decorator; with autoDiscoverHandlers off, name it in handlers.",
  });
}

async function conflicting(context: DoctorContext): Promise<Observation> {
  const roles: readonly LogStreamRole[] = ["commands", "queries"];
  const found = await Promise.all(
    roles.map(async (role) => {
      const sql = `SELECT type, version, count(DISTINCT handler) AS n FROM ${from(role)} WHERE ${notProbe} AND handler IS NOT NULL AND handler <> '' GROUP BY type, version HAVING count(DISTINCT handler) > 1`;
      return (await select(context, sql)).map(
        (row) =>
          `${streams[role].name}: ${textIn(row, "type")} in version ${textIn(row, "version")} has ${numberIn(row, "n")} handlers`,
      );
    }),
  );
  const problems = found.flat();
  return observe("commands and queries with two handlers", problems, {
    seen: `${problems.length} types are handled by more than one class`,
    cure: "Register one of them; duplicates: 'error', the default, refuses to start with two.",
  });
}

async function unheard(context: DoctorContext): Promise<Observation> {
  const sql = `SELECT type, count(*) AS n FROM ${from("events")} WHERE ${notProbe} GROUP BY type HAVING count(CASE WHEN status <> 'published' THEN 1 END) = 0`;
  const rows = await select(context, sql);
  return observe(
    "events that nobody hears",
    rows.map((row) => `${textIn(row, "type")}: published ${numberIn(row, "n")} times, never handled`),
    {
      seen: `${rows.length} types are published and never handled`,
      cure: "Register a subscriber, or stop publishing the event.",
    },
  );
}

async function unnamed(context: DoctorContext): Promise<Observation> {
  const sql = `SELECT type, count(*) AS n FROM ${from("events")} WHERE ${notProbe} AND (subscriber IS NULL OR subscriber = '') GROUP BY type`;
  const rows = await select(context, sql);
  return observe(
    "the subscriber in event records",
    rows.map((row) => `${textIn(row, "type")}: ${numberIn(row, "n")} records name none`),
    {
      seen: `${rows.length} types have records without one`,
      cure: "Write event records with the runtime's middleware, which names the subscriber.",
    },
  );
}
