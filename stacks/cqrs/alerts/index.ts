import { type ChannelKind, type DashboardId, stripTrailingSlashes } from "@o2cqrs/contract";
import { Alert, AlertDestination, AlertTemplate } from "@o2cqrs/providers";
import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { interpolate, output } from "@pulumi/pulumi/output";
import { Part } from "../component.js";
import { type AlertQuery } from "../queries/alert-query.js";
import { alertArgs, type AlertContext, linkMinutes, type PlannedAlert } from "./alert-args.js";
import { type Channels, configured, route } from "./channels.js";
import { templateOf } from "./templates.js";

export { metricStreamsOf, plannedAlerts } from "./alert-args.js";
export { type Channels } from "./channels.js";

export interface AlertsArgs extends AlertContext {
  readonly planned: readonly PlannedAlert[];
  readonly channels: Channels;
  /** Organisation that everything is in. */
  readonly organization: string;
  /** Folder that holds the alerts. */
  readonly folderId: Input<string>;
  /** Address of a dashboard without a time range. */
  readonly dashboardUrls: Readonly<Record<DashboardId, Output<string>>>;
  /** Every stream by stored name: an alert can only be made when those that it reads exist. */
  readonly streams: ReadonlyMap<string, Resource>;
  /** Accept receivers on loopback, private or cluster addresses. */
  readonly allowPrivateReceivers: boolean;
  readonly adopt: boolean;
}

/** A template and a destination for each receiver, and the alerts, routed by severity. */
export class Alerts extends Part {
  constructor(name: string, args: AlertsArgs, options?: ComponentResourceOptions) {
    super("Alerts", name, options);
    const available = configured(args.channels);
    const destinations = new Map(available.map((kind) => [kind, this.#destination(kind, args)]));
    for (const planned of args.planned) {
      const { alert, query } = planned;
      const known = alertArgs(planned, args);
      const dashboardUrl = args.dashboardUrls[alert.dashboard].apply(
        (url) => `${url}&period=${linkMinutes(query)}m`,
      );
      new Alert(
        alert.name,
        {
          ...known,
          contextAttributes: { ...known.contextAttributes, dashboard_url: dashboardUrl },
          folder: args.folderId,
          destinations: route(alert.severity, available).flatMap(
            (kind) => destinations.get(kind)?.name ?? [],
          ),
          adopt: args.adopt,
        },
        { ...this.own, dependsOn: streamsRead(query, args.streams) },
      );
    }
    this.registerOutputs({});
  }

  #destination(kind: ChannelKind, args: AlertsArgs): AlertDestination {
    const name = `cqrs-${kind}`;
    const template = this.#template(kind, name, args);
    const common = { name, template: template.name, adopt: args.adopt };
    const { email, webhook } = args.channels;
    if (kind === "email" && email !== undefined)
      return new AlertDestination(
        name,
        { ...common, type: "email", emails: [...email.recipients] },
        this.own,
      );
    return new AlertDestination(
      name,
      {
        ...common,
        type: "http",
        url: addressOf(kind, args.channels),
        ...(kind === "webhook" && webhook?.token && { headers: bearer(webhook.token) }),
        allowPrivateAddress: args.allowPrivateReceivers,
      },
      this.own,
    );
  }

  #template(kind: ChannelKind, name: string, args: AlertsArgs): AlertTemplate {
    const { channels, organization, adopt } = args;
    const routingKey = channels.pagerduty?.routingKey;
    const template = templateOf(kind, "");
    const body =
      kind === "pagerduty" && routingKey !== undefined
        ? routingKey.apply((key) => templateOf(kind, key).body)
        : template.body;
    const own = { ...template, name: templateName(name, organization), body, adopt };
    return new AlertTemplate(name, own, this.own);
  }
}

/**
 * Templates of the organisation `default` are shown, used and kept by all others: another organisation can
 * neither make one of the same name nor, if it has one, delete it.
 */
const templateName = (name: string, organization: string): string =>
  organization === "default" ? name : `${name}-${organization.replace(/[^A-Za-z0-9_-]/g, "_")}`;

const streamsRead = (
  { stream, metricStreams }: AlertQuery,
  streams: ReadonlyMap<string, Resource>,
): Resource[] =>
  [...new Set([stream, ...Object.keys(metricStreams)])].flatMap((name) => streams.get(name) ?? []);

const bearer = (token: Output<string>) => ({ authorization: interpolate`Bearer ${token}` });

/** Where a channel's messages are posted. */
function addressOf(kind: ChannelKind, channels: Channels): Input<string> {
  switch (kind) {
    case "alertmanager":
      return output(channels.alertmanager?.url ?? "").apply(
        (url) => `${stripTrailingSlashes(url)}/api/v2/alerts`,
      );
    case "pagerduty":
      return channels.pagerduty?.url ?? "";
    case "slack":
      return channels.slack?.url ?? "";
    default:
      return channels.webhook?.url ?? "";
  }
}
