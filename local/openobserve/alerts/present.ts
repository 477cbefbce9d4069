import type { ServerContext } from "../context.js";
import { findFolder } from "../folders/registry.js";
import type { AlertRecord, AlertStateRecord } from "../store/records.js";

const neverEvaluated: AlertStateRecord = { last_triggered_at: 0, last_satisfied_at: null };

const stateOf = ({ metadata }: ServerContext, { org_id, id }: AlertRecord): AlertStateRecord =>
  metadata.alertStates.get(org_id, id) ?? neverEvaluated;

/** As `GET` by id answers it: without the folder. */
export function presentAlert(context: ServerContext, alert: AlertRecord): Record<string, unknown> {
  const { creates_incident } = alert;
  return {
    ...shown(alert),
    ...(context.version.alerts.incidents && { creates_incident }),
    ...stateOf(context, alert),
  };
}

const shown = ({ folder_id: _, creates_incident: __, ...rest }: AlertRecord): Record<string, unknown> => rest;

/** As the list answers it: with the folder, under other key names, and without most of the rest. */
export function presentInList(context: ServerContext, alert: AlertRecord): Record<string, unknown> {
  const { id, org_id, folder_id, name, owner, description, query_condition, trigger_condition } = alert;
  return {
    alert_id: id,
    folder_id,
    folder_name: findFolder(context, org_id, "alerts", folder_id)?.name ?? folder_id,
    name,
    owner,
    description: description === "" ? null : description,
    ...(context.version.alerts.incidents && { alert_type: alert.is_real_time ? "realtime" : "scheduled" }),
    condition: query_condition,
    trigger_condition,
    enabled: alert.enabled,
    ...stateOf(context, alert),
    is_real_time: alert.is_real_time,
  };
}
