import type { QueryCondition, TriggerCondition } from "../conditions/query.js";
import { cronError, pinSecond } from "../conditions/schedule.js";
import { sqlSyntaxError } from "../conditions/sql.js";
import { readConditionTree } from "../conditions/tree.js";
import type { ServerContext } from "../context.js";
import type { StreamType } from "../data/store.js";
import { findTemplate } from "../templates/find.js";
import { failure } from "../server/reply.js";
import { rewriteStreamName } from "../streams/names.js";
import type { AlertRequest } from "./requests.js";

/**
 * An alert as it is stored: what the server fills in is filled in, and every rule is checked in the server's
 * order.
 * @throws ReplyError 400, 404 or, for SQL that does not parse, 500
 */
export function prepareAlert(
  given: AlertRequest,
  organization: string,
  context: ServerContext,
): AlertRequest {
  const name = given.name.trim();
  if (/[:#?&%'"\s]/.test(name))
    throw failure(400, "Alert name cannot contain ':', '#', '?', '&', '%', quotes and space characters");
  const trigger_condition = prepareTrigger(given, context);
  if (name === "" || given.stream_name === "") throw failure(400, "Alert name is required");
  if (name.includes("/")) throw failure(400, "Alert name cannot contain '/'");
  assertReferences(given, organization, context);
  assertStream(given, organization, context);
  assertQuery(given);
  return {
    ...given,
    name,
    org_id: organization,
    row_template: given.row_template.trim(),
    trigger_condition,
    query_condition: prepareQuery(given.query_condition),
    context_attributes: given.context_attributes && trimKeys(given.context_attributes),
  };
}

function prepareTrigger(
  { trigger_condition: trigger, query_condition: query }: AlertRequest,
  { clock, version }: ServerContext,
): TriggerCondition {
  const counted =
    version.alerts.aggregationSetsTrigger && query.type === "custom" && query.aggregation !== null
      ? { ...trigger, operator: ">=" as const, threshold: 1 }
      : trigger;
  if (trigger.frequency_type !== "cron") return { ...counted, cron: "", frequency: trigger.frequency || 1 };
  const cron = pinSecond(trigger.cron, new Date(clock.micros() / 1000).getUTCSeconds());
  const error = cronError(cron);
  if (error !== undefined) throw failure(400, error);
  return { ...counted, cron };
}

function assertReferences(given: AlertRequest, organization: string, context: ServerContext): void {
  const { template, destinations } = given;
  if (template && !findTemplate(context, organization, template))
    throw failure(404, `Alert template ${template} not found`);
  if (destinations.length === 0) throw failure(400, "Alert destinations is required");
  for (const name of destinations) {
    const destination = context.metadata.destinations.get(organization, name);
    if (!destination) throw failure(404, `Alert destination ${name} not found`);
    if (destination.module === "pipeline")
      throw failure(403, "Not support save destination pipeline type for alert so far");
  }
}

/** The name of the stream is taken as it stands, except that it must be one that the server could have. */
function assertStream(given: AlertRequest, organization: string, { data, streams }: ServerContext): void {
  const { stream_name: name, stream_type, trigger_condition, is_real_time } = given;
  const key = { organization, type: stream_type as StreamType, name };
  if (name !== rewriteStreamName(name) || !data.columns(key)) throw failure(404, `Stream ${name} not found`);
  const hours = streams.settings(key).max_query_range;
  if (hours > 0 && !is_real_time && trigger_condition.period > hours * 60)
    throw failure(400, `Alert period is greater than max query range of ${hours} hours for stream "${name}"`);
}

function assertQuery({ query_condition: query, is_real_time }: AlertRequest): void {
  if (is_real_time && query.type !== "custom")
    throw failure(400, "Realtime alert should use Custom query type");
  if (query.type === "promql" && (!query.promql || query.promql_condition === null))
    throw failure(400, "Alert with PromQL mode should have a query");
  if (query.type !== "sql") return;
  if (!query.sql) throw failure(400, "Alert with SQL mode should have a query");
  if (/select +\*/i.test(query.sql))
    throw failure(400, "Alert with SQL can not contain SELECT * in the SQL query");
  const syntax = sqlSyntaxError(query.sql);
  if (syntax !== undefined)
    throw failure(500, `Error resolving stream names in SQL query: SQL error: ParserError("${syntax}")`);
}

function prepareQuery(query: QueryCondition): QueryCondition {
  const { conditions, vrl_function } = query;
  const tree = conditions === null ? null : (versionTwo(conditions) ?? readConditionTree(conditions));
  return { ...query, conditions: tree ?? null, vrl_function: vrl_function && endVrl(vrl_function) };
}

const versionTwo = (conditions: unknown): unknown =>
  typeof conditions === "object" && conditions !== null && "version" in conditions ? conditions : undefined;

/** The program comes in URL-safe base64, and has to end in the event. */
function endVrl(encoded: string): string | null {
  const source = Buffer.from(encoded, "base64url").toString("utf8").trim();
  if (source === "" || source === ".") return null;
  return source.endsWith(".") ? encoded : Buffer.from(`${source}\n.`).toString("base64url");
}

const trimKeys = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes)
      .map(([key, value]) => [key.trim(), value] as const)
      .filter(([key]) => key !== ""),
  );
