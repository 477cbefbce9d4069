import { kubernetesManifests } from "../../../../stacks/platform/kubernetes/manifests.js";
import type { KubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";

/** Objects of the API as far as tests look into them; a field that an object does not have is a failed test. */

type Labels = Readonly<Record<string, string>>;

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly tcpSocket?: { readonly port: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly {
    readonly valueFrom?: {
      readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    };
  }[];
  readonly ports: readonly { readonly name: string }[];
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}

export interface Pod {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly spec: {
    readonly securityContext: { readonly runAsUser: number };
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly automountServiceAccountToken: boolean;
    readonly serviceAccountName: string;
    readonly priorityClassName: string;
    readonly terminationGracePeriodSeconds: number;
    readonly volumes: readonly { readonly name: string }[];
    readonly topologySpreadConstraints: readonly {
      readonly topologyKey: string;
      readonly matchLabelKeys?: readonly string[];
    }[];
    readonly affinity: { readonly podAntiAffinity: object };
  };
}

interface Meta {
  readonly name: string;
  readonly namespace?: string;
}

export interface Workload {
  readonly kind: string;
  readonly metadata: Meta;
  readonly spec: {
    readonly replicas?: number;
    readonly selector: object;
    readonly template: Pod;
    readonly persistentVolumeClaimRetentionPolicy?: object;
  };
}

interface Kinds {
  Deployment: Workload;
  StatefulSet: Workload;
  CronJob: { readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: Pod } } } };
  Service: {
    readonly metadata: Meta;
    readonly spec: { readonly selector: Labels; readonly ports: readonly { readonly targetPort: string }[] };
  };
  ServiceAccount: { readonly metadata: Meta; readonly automountServiceAccountToken: boolean };
  PodDisruptionBudget: { readonly metadata: Meta; readonly spec: object };
  PriorityClass: { readonly metadata: Meta };
  HorizontalPodAutoscaler: {
    readonly spec: {
      readonly scaleTargetRef: { readonly kind: string; readonly name: string };
      readonly minReplicas: number;
    };
  };
  Ingress: {
    readonly spec: {
      readonly tls: readonly object[];
      readonly rules: readonly {
        readonly http: {
          readonly paths: readonly { readonly backend: { readonly service: { readonly name: string } } }[];
        };
      }[];
    };
  };
  NetworkPolicy: { readonly metadata: Meta; readonly spec: PolicySpec };
}

interface Selector {
  readonly matchLabels?: Labels;
}

interface Rule {
  readonly from?: readonly { readonly podSelector?: Selector }[];
  readonly to?: readonly { readonly podSelector?: Selector }[];
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}

export interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

type Manifests = ReturnType<typeof kubernetesManifests>;

/** All objects of a kind. */
export const ofKind = <Kind extends keyof Kinds>(manifests: Manifests, kind: Kind): Kinds[Kind][] =>
  manifests.filter((manifest) => manifest.kind === kind) as unknown as Kinds[Kind][];

export const workloadsOf = (manifests: Manifests): Workload[] => [
  ...ofKind(manifests, "Deployment"),
  ...ofKind(manifests, "StatefulSet"),
];

/** The workload of a component. */
export function workload(component: string, options: KubernetesOptions = {}): Workload {
  const found = workloadsOf(kubernetesManifests(options)).find(
    ({ metadata }) => metadata.name === `openobserve-${component}`,
  );
  if (found === undefined) throw new Error(`there is no workload of ${component}`);
  return found;
}

/** The template of every pod that the manifests lead to. */
export const podsOf = (manifests: Manifests): Pod[] => [
  ...workloadsOf(manifests).map(({ spec }) => spec.template),
  ...ofKind(manifests, "CronJob").map(({ spec }) => spec.jobTemplate.spec.template),
];

export const containersOf = ({ spec }: Pod): Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

export const profiles = {
  /** All that is off unless asked for. */
  everything: {
    size: "medium",
    storageClass: "fast",
    zones: "preferred",
    ingress: { clusterIssuer: "letsencrypt" },
    postgres: { mode: "operator" },
    storage: { mode: "cluster", prefix: "telemetry/" },
    externalSecrets: { store: "vault" },
    monitoring: { enabled: true },
  },
} as const satisfies Record<string, KubernetesOptions>;
