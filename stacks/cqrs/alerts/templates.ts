import type { ChannelKind } from "@o2cqrs/contract";
import { type AlertTemplateSpec } from "@o2cqrs/providers";

/**
 * The messages, by kind of receiver. Variables in braces are filled in by the server: columns of the rows
 * that made the alert fire first (`type`, `handler`, `value`), then the alert's context attributes, which
 * hold a word for each of those that a row may lack. `{rows}` is not used: the server puts it in unescaped,
 * and a quote in a record would break the JSON.
 */
type Template = Pick<AlertTemplateSpec, "body" | "title"> & { readonly type: "http" | "email" };

/** What every message tells, in words. */
const sentence =
  "[{severity}] {title}: {summary} Limit {limit}, value {value}, type {type}, handler {handler}.";

const facts = {
  alert: "{alert_name}",
  title: "{title}",
  summary: "{summary}",
  severity: "{severity}",
  environment: "{environment}",
  service: "{service}",
  type: "{type}",
  handler: "{handler}",
  value: "{value}",
  threshold: "{limit}",
  count: "{alert_count}",
  stream: "{stream_name}",
  started: "{alert_start_time}",
  ended: "{alert_end_time}",
  owner: "{owner}",
  group: "{group}",
};

const links = { dashboard: "{dashboard_url}", query: "{alert_url}", runbook: "{runbook_url}" };

const json = (message: unknown): Template => ({ type: "http", body: JSON.stringify(message) });

const webhook = json({ ...facts, links });

const slack = json({
  text: sentence,
  attachments: [
    {
      color: "{color}",
      blocks: [
        { type: "section", text: { type: "mrkdwn", text: "*{title}*\n{summary}" } },
        {
          type: "section",
          fields: [
            { type: "mrkdwn", text: "*Severity*\n{severity}" },
            { type: "mrkdwn", text: "*Environment*\n{environment}" },
            { type: "mrkdwn", text: "*Type*\n{type}" },
            { type: "mrkdwn", text: "*Handler*\n{handler}" },
            { type: "mrkdwn", text: "*Value*\n{value}" },
            { type: "mrkdwn", text: "*Limit*\n{limit}" },
          ],
        },
        {
          type: "context",
          elements: [
            {
              type: "mrkdwn",
              text: "<{dashboard_url}|Dashboard> · <{alert_url}|Query> · <{runbook_url}|Runbook> · {owner}",
            },
          ],
        },
      ],
    },
  ],
});

const email: Template = {
  type: "email",
  title: "[{severity}] {title} ({environment})",
  body: `<h2>{title}</h2>
<p>{summary}</p>
<table>
<tr><th align="left">Severity</th><td>{severity}</td></tr>
<tr><th align="left">Environment</th><td>{environment}</td></tr>
<tr><th align="left">Type</th><td>{type}</td></tr>
<tr><th align="left">Handler</th><td>{handler}</td></tr>
<tr><th align="left">Value</th><td>{value}</td></tr>
<tr><th align="left">Limit</th><td>{limit}</td></tr>
<tr><th align="left">Window</th><td>{alert_start_time} to {alert_end_time}</td></tr>
<tr><th align="left">Owner</th><td>{owner}</td></tr>
</table>
<p><a href="{dashboard_url}">Dashboard</a> · <a href="{alert_url}">Query</a> · <a href="{runbook_url}">Runbook</a></p>`,
};

/** PagerDuty's Events API v2; alerts of one group are one incident. */
const pagerduty = (routingKey: string): Template =>
  json({
    routing_key: routingKey,
    event_action: "trigger",
    dedup_key: "o2cqrs/{environment}/{group}",
    client: "OpenObserve",
    client_url: "{dashboard_url}",
    payload: {
      summary: sentence,
      source: "{service}/{environment}",
      severity: "{pagerduty_severity}",
      component: "{type}",
      group: "{group}",
      class: "{alert_name}",
      custom_details: facts,
    },
    links: Object.entries(links).map(([text, href]) => ({ href, text })),
  });

/** Alertmanager's API v2. Without `endsAt` an alert ends when it is not repeated. */
const alertmanager = json([
  {
    labels: {
      alertname: "{alert_name}",
      severity: "{severity}",
      env: "{environment}",
      service: "{service}",
      type: "{type}",
      handler: "{handler}",
      owner: "{owner}",
      group: "{group}",
    },
    annotations: {
      title: "{title}",
      summary: "{summary}",
      value: "{value}",
      threshold: "{limit}",
      dashboard: "{dashboard_url}",
      runbook_url: "{runbook_url}",
    },
    generatorURL: "{alert_url}",
  },
]);

/** @param routingKey of PagerDuty; the others need none */
export function templateOf(channel: ChannelKind, routingKey: string): Template {
  switch (channel) {
    case "webhook":
      return webhook;
    case "slack":
      return slack;
    case "email":
      return email;
    case "pagerduty":
      return pagerduty(routingKey);
    case "alertmanager":
      return alertmanager;
  }
}
