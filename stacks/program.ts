import type { StackConfig } from "./config/index.js";
import { type Channels, CqrsObservability } from "./cqrs/index.js";
import { secretOf, stackOutputs, type StackOutputs } from "./outputs.js";
import { createPlatform } from "./platform/index.js";

/** The whole stack: the platform that the config's target names, and the CQRS configuration on it. */
export function program(config: StackConfig): StackOutputs {
  const platform = createPlatform(config);
  const cqrs = new CqrsObservability("cqrs", {
    url: platform.url,
    organization: config.organization,
    environment: config.environment,
    service: config.serviceName,
    region: config.region,
    retentionDays: config.retentionDays,
    ...(config.alertsEnabled && {
      alerts: {
        channels: channelsOf(config),
        evaluationIntervalSeconds: config.evaluationIntervalSeconds,
        owners: config.owners,
        runbookUrl: config.runbookUrl,
        allowPrivateReceivers: config.allowPrivateReceivers,
      },
    }),
    serviceAccount: { email: config.serviceAccount, rotation: config.tokenRotation },
    after: platform.ready,
    adopt: config.adopt,
  });
  platform.sendAs?.(cqrs.account);
  return stackOutputs(config, cqrs);
}

/** The receivers that the config names. */
export function channelsOf(config: StackConfig): Channels {
  const webhook = secretOf(config.webhookUrl);
  const webhookToken = secretOf(config.webhookToken);
  const slack = secretOf(config.slackUrl);
  const routingKey = secretOf(config.pagerDutyRoutingKey);
  const alertmanager = secretOf(config.alertmanagerUrl);
  return {
    ...(webhook && { webhook: { url: webhook, ...(webhookToken && { token: webhookToken }) } }),
    ...(slack && { slack: { url: slack } }),
    ...(config.emailRecipients.length > 0 && { email: { recipients: config.emailRecipients } }),
    ...(routingKey && { pagerduty: { url: config.pagerDutyUrl, routingKey } }),
    ...(alertmanager && { alertmanager: { url: alertmanager } }),
  };
}
