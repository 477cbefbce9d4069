import type { ChannelKind, DashboardId } from "@o2cqrs/contract";
import { Alert, AlertDestination, AlertTemplate } from "@o2cqrs/providers";
import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { Part } from "../component.js";
import { type AlertQuery } from "../queries/alert-query.js";
import { alertArgs, type AlertContext, linkMinutes, type PlannedAlert } from "./alert-args.js";
import { type Channels, route } from "./channels.js";
import { type Receiver, receiversOf } from "./receivers.js";

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
    const receivers = receiversOf(args.channels);
    const destinations = new Map(
      [...receivers].map(([kind, receiver]) => [kind, this.#destination(kind, receiver, args)]),
    );
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
          destinations: route(alert.severity, [...destinations.keys()]).flatMap(
            (kind) => destinations.get(kind)?.name ?? [],
          ),
          adopt: args.adopt,
        },
        { ...this.own, dependsOn: streamsRead(query, args.streams) },
      );
    }
    this.registerOutputs({});
  }

  #destination(kind: ChannelKind, { to, template: message }: Receiver, args: AlertsArgs): AlertDestination {
    const name = `cqrs-${kind}`;
    const { organization, adopt, allowPrivateReceivers: allowPrivateAddress } = args;
    const template = new AlertTemplate(
      name,
      { ...message, name: templateName(name, organization), adopt },
      this.own,
    );
    const common = { name, template: template.name, adopt };
    return new AlertDestination(
      name,
      to.type === "http" ? { ...common, ...to, allowPrivateAddress } : { ...common, ...to },
      this.own,
    );
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
