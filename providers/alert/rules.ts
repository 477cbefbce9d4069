import { canonicalCondition, conditionFrom, serverGroup } from "../base/condition-form.js";
import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import type { AlertBody, ServerAlert } from "../client/index.js";
import { type AlertInputs, alertSchema } from "./args.js";

/** The context attribute that says who made an alert. */
const markerAttribute = "o2cqrs";

/**
 * The server stores a rename or another stream with 200 and does not do it, so these replace. The new alert
 * has the old one's natural key when only the stream differs, so the old one goes first.
 */
export const alertKind: Kind<AlertInputs> = {
  name: "Alert",
  schema: alertSchema,
  comparable,
  replaceOn: ["name", "stream", "streamType"],
  deleteBeforeReplace: true,
};

function comparable(alert: AlertInputs): Properties {
  const { condition, trigger } = alert;
  return {
    ...alert,
    condition: condition.kind === "custom" ? comparableCustom(condition) : condition,
    trigger: {
      ...trigger,
      frequencyMinutes:
        trigger.cron === undefined ? (trigger.frequencyMinutes ?? defaultFrequency) : undefined,
      // Without cron there is nothing that a time zone could mean.
      timezone: trigger.cron === undefined ? undefined : trigger.timezone,
    },
    destinations: [...new Set(alert.destinations)].sort(),
  };
}

type Custom = Extract<AlertInputs["condition"], { kind: "custom" }>;

function comparableCustom({ where, ...custom }: Custom): Properties {
  return { ...custom, where: canonicalCondition(where) };
}

const defaultFrequency = 1;

/** An alert as it is sent: whole, because the server resets what is absent. Times are in minutes. */
export function alertBody(alert: AlertInputs): AlertBody {
  const { condition, trigger } = alert;
  return {
    name: alert.name,
    stream_type: alert.streamType,
    stream_name: alert.stream,
    is_real_time: condition.kind === "custom" && condition.realTime,
    query_condition: queryCondition(condition),
    trigger_condition: {
      period: trigger.periodMinutes,
      operator: trigger.operator,
      threshold: trigger.threshold,
      silence: trigger.silenceMinutes,
      ...(trigger.cron === undefined
        ? { frequency_type: "minutes", frequency: trigger.frequencyMinutes ?? defaultFrequency, cron: "" }
        : { frequency_type: "cron", frequency: 0, cron: trigger.cron, timezone: trigger.timezone }),
    },
    destinations: alert.destinations,
    context_attributes: {
      ...alert.contextAttributes,
      ...(alert.marker !== undefined && { [markerAttribute]: alert.marker }),
    },
    row_template: alert.rowTemplate,
    row_template_type: alert.rowTemplateType,
    description: alert.description,
    enabled: alert.enabled,
    tz_offset: 0,
    ...(alert.owner !== undefined && { owner: alert.owner }),
  };
}

function queryCondition(condition: AlertInputs["condition"]): Record<string, unknown> {
  switch (condition.kind) {
    case "sql":
      return {
        type: "sql",
        sql: condition.sql,
        ...(condition.vrl !== undefined && { vrl_function: urlSafeBase64(condition.vrl) }),
      };
    case "promql":
      return {
        type: "promql",
        promql: condition.promql,
        promql_condition: {
          column: "value",
          operator: condition.operator,
          value: condition.value,
          ignore_case: false,
        },
      };
    case "custom":
      return {
        type: "custom",
        conditions: { version: 2, conditions: serverGroup(condition.where) },
        ...(condition.aggregation && {
          aggregation: {
            function: condition.aggregation.function,
            group_by: condition.aggregation.groupBy,
            having: {
              column: condition.aggregation.column,
              operator: condition.aggregation.having.operator,
              value: condition.aggregation.having.value,
            },
          },
        }),
      };
  }
}

/** The server's own variant: `-`, `_` and `.` for `+`, `/` and `=`. */
function urlSafeBase64(text: string): string {
  return Buffer.from(text).toString("base64").replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, ".");
}

function fromUrlSafeBase64(text: string): string {
  const standard = text.replace(/-/g, "+").replace(/_/g, "/").replace(/\./g, "=");
  return Buffer.from(standard, "base64").toString();
}

/**
 * An alert as the server has it, in terms of arguments.
 *
 * @param folder from the list, which alone tells it
 * @param wanted what is compared with: who the owner is stays the server's choice unless it was said
 */
export function existingFrom(
  alert: ServerAlert,
  folder: string,
  wanted: Pick<AlertInputs, "owner">,
): Existing<AlertInputs> {
  const { [markerAttribute]: marker, ...contextAttributes } = alert.context_attributes ?? {};
  const trigger = alert.trigger_condition;
  const isCron = trigger.frequency_type === "cron";
  return {
    marker,
    inputs: {
      name: alert.name,
      stream: alert.stream_name,
      streamType: alert.stream_type as AlertInputs["streamType"],
      condition: conditionOf(alert),
      trigger: {
        periodMinutes: trigger.period,
        ...(isCron
          ? { cron: trigger.cron ?? "" }
          : { frequencyMinutes: trigger.frequency ?? defaultFrequency }),
        timezone: (isCron ? trigger.timezone : undefined) ?? "UTC",
        operator: trigger.operator as AlertInputs["trigger"]["operator"],
        threshold: trigger.threshold ?? 0,
        silenceMinutes: trigger.silence ?? 0,
      },
      destinations: alert.destinations,
      folder,
      enabled: alert.enabled,
      description: alert.description ?? "",
      contextAttributes,
      rowTemplate: alert.row_template ?? "",
      rowTemplateType: alert.row_template_type === "Json" ? "Json" : "String",
      owner: wanted.owner === undefined ? undefined : (alert.owner ?? undefined),
      adopt: false,
      marker,
    },
  };
}

/** Null-filled keys are absent ones. */
function conditionOf({
  query_condition: query,
  is_real_time: realTime,
}: ServerAlert): AlertInputs["condition"] {
  if (query.type === "sql")
    return {
      kind: "sql",
      sql: query.sql ?? "",
      ...(query.vrl_function != null && { vrl: fromUrlSafeBase64(query.vrl_function) }),
    };
  if (query.type === "promql")
    return {
      kind: "promql",
      promql: query.promql ?? "",
      operator: (query.promql_condition?.operator ?? "=") as ">",
      value: Number(query.promql_condition?.value ?? 0),
    };
  const { aggregation } = query;
  return {
    kind: "custom",
    where: conditionFrom(query.conditions) ?? { any: [] },
    realTime,
    ...(aggregation && {
      aggregation: {
        function: aggregation.function as "avg",
        column: aggregation.having.column,
        groupBy: aggregation.group_by ?? [],
        having: {
          operator: aggregation.having.operator as ">",
          value: Number(aggregation.having.value),
        },
      },
    }),
  };
}
