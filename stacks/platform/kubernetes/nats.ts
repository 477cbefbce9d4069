import type { Resource } from "@pulumi/pulumi";
import { imageName } from "../docker/images.js";
import { budget } from "./budgets.js";
import { contentDigest } from "./content-digest.js";
import type { apps, core, Manifest } from "./manifest.js";
import { metadataOf, nameOf, ports, selectorOf } from "./names.js";
import type { Options } from "./options.js";
import {
  configVolume,
  containerDefaults,
  containerSecurity,
  fromField,
  fromSecret,
  httpProbe,
  identity,
  placement,
  podDefaults,
  podSecurity,
  port,
  probeTimes,
  statefulDefaults,
  temporary,
  temporaryMount,
  volumeClaim,
} from "./pod.js";
import { priorityName } from "./priorities.js";
import { Part, type PartArgs } from "./register.js";
import { natsSecret } from "./secrets.js";
import { serviceAccount } from "./service-accounts.js";
import { headlessName, headlessService, service, servicePort } from "./services.js";
import { resourcesOf, sizes } from "./sizes.js";

const configFile = "nats.conf";
const pidFile = "/tmp/nats.pid";

/** NATS's own configuration: a cluster that keeps streams on disk, and one user, whose password the environment has. */
export function natsConfig(options: Options): string {
  const { replicas, memoryMi } = sizes[options.size].nats;
  const routes = Array.from(
    { length: replicas },
    (_, ordinal) => `    nats://${nameOf("nats")}-${ordinal}.${headlessName("nats")}:${ports.natsRoutes}`,
  );
  return `server_name: $POD_NAME
port: ${ports.nats}
http_port: ${ports.natsMonitor}
pid_file: ${pidFile}
lame_duck_grace_period: 10s
lame_duck_duration: 30s
# How much it may store is left to it: three quarters of the disk as it is.
jetstream {
  store_dir: /data
  max_memory_store: ${Math.floor(memoryMi / 4)}M
}
cluster {
  name: ${options.namespace}
  port: ${ports.natsRoutes}
  routes: [
${routes.join("\n")}
  ]
}
authorization {
  users: [
    { user: openobserve, password: $NATS_PASSWORD }
  ]
}
`;
}

/** Coordinates the nodes and holds their queues; three, so that two agree when one is gone. */
export function natsManifests(options: Options): Manifest[] {
  const config = natsConfig(options);
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataOf("nats", options.namespace),
    data: { [configFile]: config },
  } satisfies core.v1.ConfigMap;
  const statefulSet = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf("nats", options.namespace),
    spec: {
      ...statefulDefaults,
      replicas: sizes[options.size].nats.replicas,
      minReadySeconds: 10,
      serviceName: headlessName("nats"),
      selector: { matchLabels: selectorOf("nats") },
      template: {
        metadata: {
          labels: selectorOf("nats"),
          annotations: { "o2cqrs/configuration": contentDigest(config) },
        },
        spec: {
          ...podDefaults,
          ...identity("nats"),
          ...placement(options, "nats", { keepsData: true, apart: "required" }),
          securityContext: podSecurity(),
          priorityClassName: priorityName(options, "data"),
          terminationGracePeriodSeconds: 60,
          containers: [
            {
              ...containerDefaults,
              name: "nats",
              image: imageName(options.images.nats),
              command: ["nats-server", "--config", `/etc/nats/${configFile}`],
              securityContext: containerSecurity,
              env: [
                fromField("POD_NAME", "metadata.name"),
                fromSecret("NATS_PASSWORD", natsSecret, "password"),
              ],
              ports: [
                port("client", ports.nats),
                port("routes", ports.natsRoutes),
                port("monitor", ports.natsMonitor),
              ],
              resources: resourcesOf(sizes[options.size].nats),
              startupProbe: httpProbe("/healthz?js-server-only=true", "monitor", probeTimes.startup),
              livenessProbe: httpProbe("/healthz?js-enabled-only=true", "monitor", probeTimes.liveness),
              readinessProbe: httpProbe("/healthz?js-server-only=true", "monitor", probeTimes.readiness),
              // Clients are asked to go to another server before this one stops.
              lifecycle: { preStop: { exec: { command: ["nats-server", `--signal=ldm=${pidFile}`] } } },
              volumeMounts: [
                { name: "data", mountPath: "/data" },
                { name: "config", mountPath: "/etc/nats", readOnly: true },
                temporaryMount,
              ],
            },
          ],
          volumes: [temporary, configVolume("config", nameOf("nats"))],
        },
      },
      volumeClaimTemplates: [volumeClaim(options, "nats")],
    },
  } satisfies apps.v1.StatefulSet;
  const client = servicePort("client", ports.nats);
  return [
    serviceAccount(options, "nats"),
    budget(options, "nats"),
    configMap,
    headlessService(options, "nats", {
      ports: [client, servicePort("routes", ports.natsRoutes), servicePort("monitor", ports.natsMonitor)],
    }),
    statefulSet,
    service(options, "nats", { ports: [client] }),
  ];
}

export interface NatsArgs extends PartArgs {
  readonly options: Options;
}

export class Nats extends Part {
  constructor(args: NatsArgs, options: { readonly parent: Resource }) {
    super("Nats", natsManifests(args.options), args, options);
  }
}
