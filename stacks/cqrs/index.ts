import {
  type DashboardId,
  dashboards as declaredDashboards,
  folders,
  type Owner,
  runbookPage,
  type StreamRole,
} from "@o2cqrs/contract";
import { Folder, ServiceAccount } from "@o2cqrs/providers";
import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { interpolate, secret } from "@pulumi/pulumi/output";
import { Alerts, type Channels, metricStreamsOf, plannedAlerts } from "./alerts/index.js";
import { Part } from "./component.js";
import { createDashboards, type CqrsDashboards } from "./dashboards/index.js";
import { Masking } from "./masking/index.js";
import { Streams } from "./streams.js";

export { type Channels } from "./alerts/index.js";

export interface CqrsObservabilityArgs {
  /** Address of the server, for links. */
  readonly url: Input<string>;
  readonly organization: string;
  readonly environment: string;
  readonly service: string;
  readonly region: string;
  /** Days that records are kept, where it is not what the contract says. */
  readonly retentionDays?: Readonly<Partial<Record<StreamRole, number | undefined>>>;
  /** Absent: no alerts are made. */
  readonly alerts?: {
    readonly channels: Channels;
    readonly evaluationIntervalSeconds: number;
    /** Address of the page of runbooks. Default its path in this repository. */
    readonly runbookUrl?: string;
    readonly owners?: Readonly<Partial<Record<Owner, string | undefined>>>;
    readonly allowPrivateReceivers?: boolean | undefined;
  };
  readonly serviceAccount: {
    readonly email: string;
    /** Changing it rotates the token. */
    readonly rotation?: string;
  };
  /** The server's platform, which must be ready. */
  readonly after?: readonly Resource[];
  /** Take over objects of the same names that this stack did not make. Default false. */
  readonly adopt?: boolean;
}

/**
 * Everything that a CQRS application needs on an OpenObserve server: streams, masking pipelines, alerts with
 * their receivers, dashboards, and a service account for the application.
 *
 * @example
 * new CqrsObservability("cqrs", {
 *   url: "https://observe.example.com",
 *   organization: "default",
 *   environment: "dev",
 *   service: "orders",
 *   region: "eu-central-1",
 *   serviceAccount: { email: "orders-dev@o2cqrs.internal" },
 * });
 */
export class CqrsObservability extends Part {
  /** Stored name of each stream. */
  readonly streams: Readonly<Record<StreamRole, Output<string>>>;
  readonly dashboards: CqrsDashboards;
  /** Address of each dashboard, without a time range. */
  readonly dashboardUrls: Readonly<Record<DashboardId, Output<string>>>;
  /** The application's credentials. */
  readonly account: { readonly email: string; readonly token: Output<string> };

  constructor(name: string, args: CqrsObservabilityArgs, options: ComponentResourceOptions = {}) {
    super("Observability", name, { ...options, dependsOn: [...(args.after ?? [])] });
    const { adopt = false } = args;
    const inside = { parent: this };
    const planned = args.alerts === undefined ? [] : plannedAlerts(args.alerts.evaluationIntervalSeconds);

    const streams = new Streams(
      "cqrs-streams",
      {
        retentionDays: args.retentionDays ?? {},
        metricStreams: metricStreamsOf(planned),
      },
      inside,
    );
    this.streams = Object.fromEntries(
      Object.entries(streams.byRole).map(([role, { name }]) => [role, name]),
    ) as Record<StreamRole, Output<string>>;
    new Masking(
      "cqrs-masking",
      {
        streams: streams.byRole,
        defaults: { environment: args.environment, service: args.service, region: args.region },
        adopt,
      },
      inside,
    );

    const dashboardFolder = new Folder(
      "cqrs-dashboards",
      { ...folders.dashboards, kind: "dashboards", adopt },
      this.own,
    );
    this.dashboards = createDashboards({ folderId: dashboardFolder.folderId, parent: this, adopt });
    this.dashboardUrls = this.#links(args);

    if (args.alerts !== undefined) {
      const alertFolder = new Folder("cqrs-alerts", { ...folders.alerts, kind: "alerts", adopt }, this.own);
      new Alerts(
        "cqrs-alerting",
        {
          environment: args.environment,
          service: args.service,
          owners: args.alerts.owners ?? {},
          allowPrivateReceivers: args.alerts.allowPrivateReceivers ?? false,
          channels: args.alerts.channels,
          organization: args.organization,
          planned,
          runbookUrl: args.alerts.runbookUrl ?? runbookPage,
          folderId: alertFolder.folderId,
          dashboardUrls: this.dashboardUrls,
          streams: streams.byStoredName,
          adopt,
        },
        inside,
      );
    }

    const { email, rotation = "" } = args.serviceAccount;
    const account = new ServiceAccount(
      "cqrs-application",
      { email, firstName: args.service, lastName: args.environment, rotation, adopt },
      this.own,
    );
    this.account = { email, token: secret(account.token) };
    this.registerOutputs({});
  }

  #links(args: CqrsObservabilityArgs): Record<DashboardId, Output<string>> {
    const organization = encodeURIComponent(args.organization);
    const view = interpolate`${args.url}/web/dashboards/view?org_identifier=${organization}`;
    return Object.fromEntries(
      Object.keys(declaredDashboards).map((id) => {
        const { dashboardId, folder } = this.dashboards[id as DashboardId];
        return [id, interpolate`${view}&dashboard=${dashboardId}&folder=${folder}&tab=default`];
      }),
    ) as Record<DashboardId, Output<string>>;
  }
}
