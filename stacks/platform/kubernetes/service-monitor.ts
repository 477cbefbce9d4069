import type { Resource } from "@pulumi/pulumi";
import type { core, Manifest } from "./manifest.js";
import { platformLabels, ports, serverSelector } from "./names.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";
import { servicePort } from "./services.js";

const name = "openobserve-metrics";
const metricsLabels = { ...platformLabels, "app.kubernetes.io/component": "metrics" };

/** Has Prometheus read the metrics of every node of the server, by one Service that names them all. */
export function serviceMonitorManifests(options: Options): Manifest[] {
  if (!options.monitoring.enabled) return [];
  const metadata = { name, namespace: options.namespace, labels: metricsLabels };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
    spec: {
      type: "ClusterIP",
      clusterIP: "None",
      // A node that is not ready is the one whose metrics are wanted most.
      publishNotReadyAddresses: true,
      selector: serverSelector,
      ports: [servicePort("http", ports.http)],
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
    },
  } satisfies core.v1.Service;
  const monitor = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata,
    spec: {
      selector: { matchLabels: metricsLabels },
      targetLabels: ["app.kubernetes.io/part-of"],
      endpoints: [
        {
          port: "http",
          path: "/metrics",
          interval: "30s",
          relabelings: [
            {
              action: "replace",
              sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_component"],
              targetLabel: "role",
            },
          ],
        },
      ],
    },
  };
  return [service, monitor];
}

export interface ServiceMonitorArgs extends PartArgs {
  readonly options: Options;
}

export class ServiceMonitor extends Part {
  constructor(args: ServiceMonitorArgs, options: { readonly parent: Resource }) {
    super("ServiceMonitor", serviceMonitorManifests(args.options), args, options);
  }
}
