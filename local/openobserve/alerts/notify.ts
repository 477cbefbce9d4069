import type { ServerContext } from "../context.js";
import { refusedByGuard } from "../destinations/guard.js";
import { send } from "../destinations/send.js";
import { organization as findOrganization } from "../organizations/registry.js";
import type { AlertRecord, DestinationRecord, TemplateRecord } from "../store/records.js";
import { findTemplate } from "../templates/find.js";
import { renderTemplate } from "./render.js";
import { type AlertRow, type TimeWindow } from "./rules.js";

/** Thrown when not one destination of an alert could be told. */
export class NotificationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotificationError";
  }
}

/**
 * Tells every destination of the alert, once.
 * @throws NotificationError when none took it
 */
export async function notify(
  context: ServerContext,
  alert: AlertRecord,
  rows: readonly AlertRow[],
  window: Partial<TimeWindow> & { readonly end: number },
): Promise<void> {
  const failures: string[] = [];
  for (const name of alert.destinations) {
    try {
      await deliver(context, alert, name, rows, window);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(` Error sending notification for destination ${name} err: ${reason};`);
    }
  }
  if (failures.length === alert.destinations.length) throw new NotificationError(failures.join(""));
}

async function deliver(
  context: ServerContext,
  alert: AlertRecord,
  name: string,
  rows: readonly AlertRow[],
  window: Partial<TimeWindow> & { readonly end: number },
): Promise<void> {
  const destination = context.metadata.destinations.get(alert.org_id, name);
  if (!destination) throw new Error(`Destination ${name} not found`);
  const template = templateOf(context, alert, destination);
  const body = renderTemplate(template, alert, {
    organizationName: findOrganization(context, alert.org_id)?.name ?? alert.org_id,
    rows,
    windowStart: window.start,
    windowEnd: window.end,
    evaluatedAt: context.clock.micros(),
    url: (start, end) => alertUrl(alert, start, end),
  });
  if (destination.type !== "http") {
    throw new Error(`the embedded OpenObserve does not send notifications of type ${destination.type}`);
  }
  await sendHttp(context, destination, body);
}

/** The alert's own template goes before that of the destination. */
function templateOf(
  context: ServerContext,
  alert: AlertRecord,
  destination: DestinationRecord,
): TemplateRecord {
  const name = alert.template ?? destination.template;
  const template = name === undefined ? undefined : findTemplate(context, alert.org_id, name);
  if (!template) throw new Error(`No template configured for destination ${destination.name}`);
  return template;
}

async function sendHttp(
  { version, options }: ServerContext,
  { url, method, headers = {}, skip_tls_verify }: DestinationRecord,
  body: string,
): Promise<void> {
  if (version.destinations.guardsAlerts) {
    const refused = refusedByGuard(url, options.allowLoopbackDestinations);
    if (refused !== undefined) throw new Error(`Destination URL blocked by SSRF guard: ${refused}`);
  }
  const named = Object.keys(headers).some((name) => name.trim().toLowerCase() === "content-type");
  const answer = await send({
    url,
    method: method.toUpperCase(),
    headers: { ...headers, ...(!named && { "Content-type": "application/json" }) },
    body,
    skipTlsVerify: skip_tls_verify,
  });
  if (answer.status < 200 || answer.status >= 300) {
    throw new Error(`sent error status: ${answer.status}, err: ${answer.body}`);
  }
}

/** Where the user interface shows what the alert saw. */
function alertUrl(
  { org_id, stream_name, stream_type, query_condition: query }: AlertRecord,
  start: number,
  end: number,
): string {
  const isPromql = query.type === "promql";
  const parameters = new URLSearchParams({
    stream_type,
    stream: stream_name,
    stream_value: stream_name,
    from: String(start),
    to: String(end),
    ...(!isPromql && { sql_mode: "true" }),
    query: Buffer.from((isPromql ? query.promql : query.sql) ?? "").toString("base64url"),
    org_identifier: org_id,
    type: "alerts",
    show_histogram: "false",
  });
  return `/web/${isPromql ? "metrics" : "logs"}?${parameters.toString()}`;
}
