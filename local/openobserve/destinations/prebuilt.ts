/** The forms of destinations that the server offers to fill in. */

interface Service {
  readonly service: string;
  readonly name: string;
  readonly url: string;
  readonly description: string;
  readonly template?: string;
  readonly authorization?: string;
}

const services: readonly Service[] = [
  {
    service: "slack",
    name: "Slack Webhook",
    url: "https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK",
    description: "Slack webhook for team notifications",
  },
  {
    service: "teams",
    name: "Microsoft Teams Webhook",
    url: "https://your-tenant.webhook.office.com/webhookb2/YOUR-TEAMS-WEBHOOK-URL",
    description: "Microsoft Teams webhook for team notifications",
    template: "prebuilt_msteams",
  },
  {
    service: "pagerduty",
    name: "PagerDuty Events API",
    url: "https://events.pagerduty.com/v2/enqueue",
    description: "PagerDuty incident management",
    authorization: "Token YOUR_INTEGRATION_KEY",
  },
  {
    service: "discord",
    name: "Discord Webhook",
    url: "https://discord.com/api/webhooks/YOUR/DISCORD/WEBHOOK",
    description: "Discord webhook for community notifications",
  },
  {
    service: "webhook",
    name: "Generic Webhook",
    url: "https://your-service.com/webhook",
    description: "Generic webhook destination",
  },
  {
    service: "opsgenie",
    name: "Opsgenie",
    url: "https://api.opsgenie.com/v2/alerts",
    description: "Opsgenie incident management and alerting",
    authorization: "GenieKey YOUR_API_KEY",
  },
  {
    service: "servicenow",
    name: "ServiceNow",
    url: "https://YOUR_INSTANCE.service-now.com/api/now/table/incident",
    description: "ServiceNow incident management",
    authorization: "Basic YOUR_AUTH_TOKEN",
  },
];

export const prebuiltDestinations: readonly unknown[] = [
  ...services.map(({ service, name, url, description, template, authorization }) => ({
    name,
    url,
    method: "post",
    skip_tls_verify: false,
    headers: { ...(authorization && { Authorization: authorization }), "Content-Type": "application/json" },
    template: template ?? `prebuilt_${service}`,
    emails: [],
    type: "http",
    output_format: "json",
    destination_type_name: service,
    metadata: { service, description },
  })),
  {
    name: "Email Notification",
    url: "",
    method: "post",
    skip_tls_verify: false,
    template: "prebuilt_email",
    emails: ["admin@your-domain.com"],
    type: "email",
    metadata: {},
  },
];
