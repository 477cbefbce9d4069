import { alerts, logStreamRoles, syntheticServices } from "@o2cqrs/contract";
import { z } from "zod";
import { type RollbackTrigger } from "../record.js";

const text = z.string().max(2000);

/** What the platform's webhook template sends; what is not needed here is passed over. */
export const alertMessage = z.object({
  alert: z.string().min(1).max(200),
  environment: text,
  service: text.default(""),
  type: text.default(""),
  summary: text.default(""),
  value: text.default(""),
  threshold: text.default(""),
});

export type AlertMessage = z.output<typeof alertMessage>;

/**
 * The alerts that roll a release back: latency beyond its limit for ten minutes, errors for five, records or OTLP
 * exports that are lost, and telemetry that does not arrive. How long is the alert's own business: it fires after its window.
 */
export const rollbackAlerts: readonly string[] = [
  alerts.queryLatency.name,
  alerts.commandLatency.name,
  alerts.commandErrors.name,
  alerts.ingestFailures.name,
  alerts.exportFailures.name,
  ...logStreamRoles.map((role) => alerts[`${role}Silence`].name),
];

export type Reaction =
  | { readonly kind: "rollback"; readonly trigger: RollbackTrigger }
  | { readonly kind: "ignore"; readonly reason: string };

/** Decides what an alert means for the release of an environment. */
export function reactionTo(message: AlertMessage, environment: string): Reaction {
  const { alert, service, summary, value, threshold, type } = message;
  if (message.environment !== environment) return { kind: "ignore", reason: "another environment" };
  if (syntheticServices.some((each) => each === service)) return { kind: "ignore", reason: "a drill" };
  if (!rollbackAlerts.includes(alert)) return { kind: "ignore", reason: "not an alert that rolls back" };
  const reason = `${summary} Value ${value}, limit ${threshold}, type ${type}.`.slice(0, 2000);
  return { kind: "rollback", trigger: { source: "alert", alert, reason } };
}
