import type { core } from "./manifest.js";
import { type Component, metadataOf, nameOf, selectorOf } from "./names.js";
import type { Options } from "./options.js";

export const servicePort = (name: string, port: number) => ({
  name,
  port,
  targetPort: name,
  protocol: "TCP",
});

interface ServiceArgs {
  readonly ports: readonly ReturnType<typeof servicePort>[];
}

/** One address for all ready pods of a component. */
export function service(options: Options, component: Component, { ports }: ServiceArgs) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(component, options.namespace),
    spec: {
      type: "ClusterIP",
      selector: selectorOf(component),
      ports: [...ports],
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
    },
  } satisfies core.v1.Service;
}

export const headlessName = (component: Component): string => `${nameOf(component)}-pods`;

/**
 * Names for the single pods of a stateful set, ready or not: they look for each other while they start. The
 * provider would wait for them, and they wait for their names.
 */
export function headlessService(options: Options, component: Component, { ports }: ServiceArgs) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...metadataOf(component, options.namespace, headlessName(component)),
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      type: "ClusterIP",
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selectorOf(component),
      ports: [...ports],
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
    },
  } satisfies core.v1.Service;
}
