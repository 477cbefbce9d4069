import { imageName } from "../docker/images.js";
import { dataFolder, environment } from "./environment.js";
import type { apps, core } from "./manifest.js";
import { metadataOf, ports, type Role, selectorOf, serverSelector } from "./names.js";
import type { Options } from "./options.js";
import {
  containerDefaults,
  containerSecurity,
  deploymentDefaults,
  httpProbe,
  identity,
  placement,
  podDefaults,
  podSecurity,
  port,
  probeTimes,
  scratch,
  statefulDefaults,
  temporary,
  temporaryMount,
  volumeClaim,
} from "./pod.js";
import { type Priority, priorityName } from "./priorities.js";
import { headlessName, servicePort } from "./services.js";
import { disk, resourcesOf, sizes } from "./sizes.js";

/** What all roles of the server share: one image, told by its environment what to be. */

export const serverPorts = [servicePort("http", ports.http), servicePort("grpc", ports.grpc)] as const;

interface ServerPodArgs {
  readonly role: Role;
  readonly priority: Priority;
  /** Seconds from the request to stop until the kill. */
  readonly graceSeconds: number;
  /**
   * Path of all its probes, which answers 200 when the role is given work. A node can register itself as one that is
   * given none, after a kill or a pause of NATS, and then stays so while `/healthz` answers 200: `/schedulez` tells, and
   * a new start mends it.
   */
  readonly probePath: "/healthz" | "/schedulez";
  readonly preStop?: core.v1.LifecycleHandler;
  /** Whether the data's folder is a claim, made for each pod, or ends with the pod. */
  readonly keepsData: boolean;
}

function podTemplate(options: Options, args: ServerPodArgs) {
  const { role } = args;
  const size = sizes[options.size][role];
  return {
    metadata: { labels: { ...selectorOf(role), ...serverSelector } },
    spec: {
      ...podDefaults,
      ...identity(role),
      ...placement(options, role, { keepsData: args.keepsData }),
      securityContext: podSecurity(),
      priorityClassName: priorityName(options, args.priority),
      terminationGracePeriodSeconds: args.graceSeconds,
      containers: [
        {
          ...containerDefaults,
          name: "openobserve",
          image: imageName(options.images.openobserve),
          securityContext: containerSecurity,
          env: environment(options, role),
          ports: [port("http", ports.http), port("grpc", ports.grpc)],
          resources: resourcesOf(size),
          startupProbe: httpProbe(args.probePath, "http", probeTimes.startup),
          livenessProbe: httpProbe(args.probePath, "http", probeTimes.patience),
          readinessProbe: httpProbe(args.probePath, "http", probeTimes.readiness),
          ...(args.preStop !== undefined && { lifecycle: { preStop: args.preStop } }),
          volumeMounts: [{ name: "data", mountPath: dataFolder }, temporaryMount],
        },
      ],
      volumes: [temporary, ...(args.keepsData ? [] : [scratch("data", disk(size.diskGi))])],
    },
  };
}

type WorkloadArgs = Omit<ServerPodArgs, "keepsData">;

/** A role whose pods are alike and keep nothing. */
export function serverDeployment(options: Options, args: WorkloadArgs) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(args.role, options.namespace),
    spec: {
      ...deploymentDefaults,
      replicas: sizes[options.size][args.role].replicas,
      minReadySeconds: 5,
      selector: { matchLabels: selectorOf(args.role) },
      template: podTemplate(options, { ...args, keepsData: false }),
    },
  } satisfies apps.v1.Deployment;
}

/** A role whose pods each have a disk that is theirs. */
export function serverStatefulSet(options: Options, args: WorkloadArgs) {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf(args.role, options.namespace),
    spec: {
      ...statefulDefaults,
      replicas: sizes[options.size][args.role].replicas,
      // A pod counts only after its gRPC port has had time to open, which no HTTP answer tells.
      minReadySeconds: 10,
      serviceName: headlessName(args.role),
      selector: { matchLabels: selectorOf(args.role) },
      template: podTemplate(options, { ...args, keepsData: true }),
      volumeClaimTemplates: [volumeClaim(options, args.role)],
    },
  } satisfies apps.v1.StatefulSet;
}
