import { type ChannelKind, stripTrailingSlashes } from "@o2cqrs/contract";
import type { AlertTemplateArgs } from "@o2cqrs/providers";
import type { Input, Output } from "@pulumi/pulumi";
import { interpolate } from "@pulumi/pulumi/output";
import type { Channels } from "./channels.js";
import { templateOf } from "./templates.js";

/** Where a channel's messages go, and what they say. */
export interface Receiver {
  readonly to:
    | { readonly type: "email"; readonly emails: string[] }
    | {
        readonly type: "http";
        readonly url: Input<string>;
        readonly headers?: Record<string, Output<string>>;
      };
  readonly template: Pick<AlertTemplateArgs, "type" | "title" | "body">;
}

/** A receiver for each channel that there is. */
export function receiversOf({
  webhook,
  slack,
  email,
  pagerduty,
  alertmanager,
}: Channels): ReadonlyMap<ChannelKind, Receiver> {
  const all = new Map<ChannelKind, Receiver>();
  if (webhook) {
    const headers = webhook.token && { authorization: interpolate`Bearer ${webhook.token}` };
    all.set("webhook", posted("webhook", webhook.url, headers));
  }
  if (slack) all.set("slack", posted("slack", slack.url));
  if (email)
    all.set("email", {
      to: { type: "email", emails: [...email.recipients] },
      template: templateOf("email", ""),
    });
  if (pagerduty)
    all.set("pagerduty", {
      to: { type: "http", url: pagerduty.url },
      template: {
        type: "http",
        body: pagerduty.routingKey.apply((key) => templateOf("pagerduty", key).body),
      },
    });
  if (alertmanager) all.set("alertmanager", posted("alertmanager", alertmanager.url.apply(alertsApi)));
  return all;
}

const posted = (
  kind: ChannelKind,
  url: Output<string>,
  headers?: Record<string, Output<string>>,
): Receiver => ({
  to: { type: "http", url, ...(headers && { headers }) },
  template: templateOf(kind, ""),
});

const alertsApi = (url: string) => `${stripTrailingSlashes(url)}/api/v2/alerts`;
