import type { ServerContext } from "../context.js";
import { defaultOrganization } from "../organizations/registry.js";
import type { TemplateRecord } from "../store/records.js";

/** The templates that a server makes for itself, by the service they are for. */
const bodies: readonly (readonly [service: string, body: string])[] = [
  ["slack", '{"text": "🚨 Alert: {alert_name}"}'],
  ["msteams", '{"@type": "MessageCard", "text": "🚨 Alert: {alert_name}"}'],
  ["pagerduty", '{"event_action": "trigger", "payload": {"summary": "Alert: {alert_name}"}}'],
  ["discord", '{"content": "🚨 Alert: {alert_name}"}'],
  ["webhook", '{"alert": {"name": "{alert_name}"}}'],
  ["opsgenie", '{"message": "Alert: {alert_name}"}'],
  ["servicenow", '{"short_description": "Alert: {alert_name}"}'],
  ["email", "<h2>🚨 Alert: {alert_name}</h2>"],
];

export const prebuiltTemplates: readonly TemplateRecord[] = bodies.map(([service, body]) => ({
  name: `prebuilt_${service}`,
  body,
  isDefault: null,
  type: service === "email" ? "email" : "http",
  title: service === "email" ? "OpenObserve Alert: {alert_name}" : "",
}));

/** They are ordinary templates of the organisation `default`, made when the server starts for the first time. */
export async function ensurePrebuiltTemplates({ metadata }: ServerContext): Promise<void> {
  const missing = prebuiltTemplates.filter(({ name }) => !metadata.templates.get(defaultOrganization, name));
  await metadata.write(
    missing.map((template) => metadata.templates.change(defaultOrganization, template.name, template)),
  );
}
