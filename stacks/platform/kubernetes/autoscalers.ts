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

export type ScaledComponent = keyof typeof scaledKinds;

/** Share of the requested processor that pods are kept at, percent. */
const targetUtilization = 70;

/** Seconds between two pods that go. An ingester hands over what it holds first, so it goes slowly. */
const secondsPerPodDown = { gateway: 60, router: 60, querier: 120, ingester: 600 } as const;

const isScaled = (options: Options, component: ScaledComponent): boolean =>
  sizes[options.size][component].maxReplicas > sizes[options.size][component].replicas;

/** The autoscaler of a component, if its size lets it grow. */
export function autoscalers(options: Options, component: ScaledComponent) {
  if (!isScaled(options, component)) return [];
  const { replicas, maxReplicas } = sizes[options.size][component];
  return [
    {
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
    } satisfies autoscaling.v2.HorizontalPodAutoscaler,
  ];
}

/**
 * How many pods a workload declares: nothing where an autoscaler decides, as each deployment would otherwise
 * take back what it decided.
 */
export const declaredReplicas = (options: Options, component: ScaledComponent): { replicas?: number } =>
  isScaled(options, component) ? {} : { replicas: sizes[options.size][component].replicas };
