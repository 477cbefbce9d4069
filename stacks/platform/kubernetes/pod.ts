import type { core } from "./manifest.js";
import { type Component, nameOf, selectorOf } from "./names.js";
import type { Options } from "./options.js";
import { disk, sizes } from "./sizes.js";

/**
 * Parts of pods. What the API server would fill in is written out: a field that reads back otherwise than it
 * was written shows as a change to whoever compares.
 */

/** User and group that every process runs as, unless its image has one of its own. */
export const runAs = 10001;

/** What the restricted Pod Security standard asks of a pod. */
export const podSecurity = (user: number = runAs) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  /** Only where the folder's owner differs: a large volume is not walked at every start. */
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
});

/** The same of a container, and no writing but to volumes. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

interface ProbeTimes {
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

const probe = ({ periodSeconds, failureThreshold }: ProbeTimes) => ({
  periodSeconds,
  timeoutSeconds: 4,
  successThreshold: 1,
  failureThreshold,
});

export const httpProbe = (path: string, port: string, times: ProbeTimes) => ({
  httpGet: { path, port, scheme: "HTTP" },
  ...probe(times),
});

/** Five minutes to start, a minute without life before a restart, ten seconds before no traffic comes. */
export const probeTimes = {
  startup: { periodSeconds: 5, failureThreshold: 60 },
  liveness: { periodSeconds: 20, failureThreshold: 3 },
  /** Three minutes instead, for what may pass by itself or is done by hand for a moment. */
  patience: { periodSeconds: 20, failureThreshold: 9 },
  readiness: { periodSeconds: 5, failureThreshold: 2 },
} as const;

export const containerDefaults = {
  imagePullPolicy: "IfNotPresent",
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "FallbackToLogsOnError",
} as const;

export const podDefaults = {
  automountServiceAccountToken: false,
  /** Its variables for every service of the namespace would only be noise. */
  enableServiceLinks: false,
  restartPolicy: "Always",
  dnsPolicy: "ClusterFirst",
  schedulerName: "default-scheduler",
} as const;

export const port = (name: string, containerPort: number) => ({ name, containerPort, protocol: "TCP" });

/** A value from a secret's key. */
export const fromSecret = (name: string, secret: string, key: string) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** The same, of a key that may be missing; the variable is then not set. */
export const fromOptionalSecret = (name: string, secret: string, key: string) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key, optional: true } },
});

/** A fact about the pod itself. */
export const fromField = (name: string, fieldPath: string) => ({
  name,
  valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } },
});

/** A folder that ends with the pod. */
export const scratch = (name: string, sizeLimit: string) => ({ name, emptyDir: { sizeLimit } });

export const temporary = scratch("tmp", "256Mi");
export const temporaryMount = { name: "tmp", mountPath: "/tmp" } as const;

/** Modes are octal in the API's documentation and decimal on the wire. */
const ownerAndGroupRead = 0o440;

export const secretVolume = (name: string, secretName: string) => ({
  name,
  secret: { secretName, defaultMode: ownerAndGroupRead },
});

/** A folder without files until there is such a secret. */
export const optionalSecretVolume = (name: string, secretName: string) => ({
  name,
  secret: { secretName, defaultMode: ownerAndGroupRead, optional: true },
});

export const configVolume = (name: string, configMap: string) => ({
  name,
  configMap: { name: configMap, defaultMode: ownerAndGroupRead },
});

interface Placement {
  /** Whether a pod of a stateful set, whose disk says where it starts again. */
  readonly keepsData: boolean;
  /** Whether two pods must never share a node, or only should not. */
  readonly apart?: "required" | "preferred";
}

/** Spread over zones, so that one may be lost, and over nodes, so that one may be drained. */
export function placement(
  options: Options,
  component: Component,
  { keepsData, apart = "preferred" }: Placement,
) {
  const labelSelector = { matchLabels: selectorOf(component) };
  const term = { labelSelector, topologyKey: "kubernetes.io/hostname" };
  return {
    topologySpreadConstraints: [
      {
        topologyKey: "topology.kubernetes.io/zone",
        maxSkew: 1,
        whenUnsatisfiable: options.zones === "required" ? "DoNotSchedule" : "ScheduleAnyway",
        labelSelector,
        // Pods of a new release start beside the old ones, and must be spread when those are gone. Where each takes
        // its predecessor's place, all are counted: a disk may allow one zone only, which some other pod of the new
        // release may have taken first, and the update would wait for ever.
        ...(keepsData ? {} : { matchLabelKeys: ["pod-template-hash"] }),
        // A zone whose nodes are all lost or cordoned does not hold back the others.
        nodeAffinityPolicy: "Honor",
        nodeTaintsPolicy: "Honor",
      },
    ],
    affinity: {
      podAntiAffinity:
        apart === "required"
          ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
          : {
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
            },
    },
  };
}

/** A claim for each pod of a stateful set. */
export const volumeClaim = (options: Options, component: Component) =>
  ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      volumeMode: "Filesystem",
      ...(options.storageClass !== undefined && { storageClassName: options.storageClass }),
      resources: { requests: { storage: disk(sizes[options.size][component].diskGi) } },
    },
  }) satisfies core.v1.PersistentVolumeClaim;

/** Pods of a stateful set come and go together; what they have written stays when they go. */
export const statefulDefaults = {
  podManagementPolicy: "Parallel",
  revisionHistoryLimit: 5,
  updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
  persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
} as const;

/** A new pod is there before an old one goes, so that a rolling update takes nothing away. */
export const deploymentDefaults = {
  revisionHistoryLimit: 5,
  progressDeadlineSeconds: 600,
  strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
} as const;

/** Labels that select a component's pods, and the pod template's name for its account. */
export const identity = (component: Component) => ({ serviceAccountName: nameOf(component) });
