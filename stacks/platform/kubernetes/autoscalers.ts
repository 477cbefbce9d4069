import type { autoscaling } from "./manifest.js";
import { type Component, metadataOf, nameOf } from "./names.js";
import type { Options } from "./options.js";
import { sizes } from "./sizes.js";

const scaledKinds = {
  gateway: "Deployment",
  router: "Deployment",
  ingester: "StatefulSet",
  querier: "StatefulSet",
} as const satisfies Partial<Record<Component, string>>;

type ScaledComponent = keyof typeof scaledKinds;

export const scaledComponents = Object.keys(scaledKinds) as readonly ScaledComponent[];

/** Share of the requested processor that pods are kept at, percent. */
const targetUtilization = 70;

/** Seconds between two pods that go. Ingesters go slowly: what one has not uploaded waits on its claim. */
const secondsPerPodDown = { gateway: 60, router: 60, querier: 120, ingester: 600 } as const;

/**
 * The autoscaler of a component. There is one even where the size lets it grow to no more than it has: whoever
 * changes the size then changes bounds, and nobody but the autoscaler ever says how many pods there are.
 */
export function autoscaler(options: Options, component: ScaledComponent) {
  const { replicas, maxReplicas } = sizes[options.size][component];
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: metadataOf(component, options.namespace),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: scaledKinds[component], name: nameOf(component) },
      minReplicas: replicas,
      maxReplicas,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: targetUtilization } },
        },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: "Max",
          policies: [{ type: "Pods", value: 2, periodSeconds: 60 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 600,
          selectPolicy: "Max",
          policies: [{ type: "Pods", value: 1, periodSeconds: secondsPerPodDown[component] }],
        },
      },
    },
  } satisfies autoscaling.v2.HorizontalPodAutoscaler;
}
