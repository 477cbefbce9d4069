import { type AlertDefinition } from "@o2cqrs/contract";
import { emptyQueryCondition, type EvaluatedAlert } from "@o2cqrs/local-openobserve/alerts";
import { serverGroup } from "@o2cqrs/providers/client";
import { alertQuery, type AlertQuery } from "@o2cqrs/stacks/queries";

/** Minutes between evaluations, the least that the server knows and what a stack has unless told otherwise. */
export const frequencyMinutes = 1;

/** An alert of the catalogue as the server evaluates it. */
export function evaluatedAlert(alert: AlertDefinition): EvaluatedAlert & { readonly realTime: boolean } {
  const { stream, condition, trigger } = alertQuery(alert, frequencyMinutes);
  return {
    stream_name: stream,
    realTime: condition.kind === "custom" && condition.realTime === true,
    query_condition: { ...emptyQueryCondition, ...queryOf(condition) },
    trigger_condition: {
      period: trigger.periodMinutes,
      operator: trigger.operator ?? ">=",
      threshold: trigger.threshold ?? 1,
      frequency: frequencyMinutes,
      frequency_type: "minutes",
      cron: "",
      silence: alert.silenceMinutes,
      timezone: undefined,
      tolerance_in_secs: null,
      align_time: true,
    },
  };
}

function queryOf(condition: AlertQuery["condition"]): Partial<EvaluatedAlert["query_condition"]> {
  switch (condition.kind) {
    case "promql": {
      const { promql, operator, value } = condition;
      return {
        type: "promql",
        promql,
        promql_condition: { column: "value", operator, value, ignore_case: false },
      };
    }
    case "sql":
      return { type: "sql", sql: condition.sql };
    case "custom":
      return { type: "custom", conditions: { version: 2, conditions: serverGroup(condition.where) } };
  }
}
