import type { Resource } from "@pulumi/pulumi";
import { imageName } from "../docker/images.js";
import type { apps, Manifest } from "./manifest.js";
import { metadataOf, ports, selectorOf } from "./names.js";
import type { Options } from "./options.js";
import {
  containerDefaults,
  containerSecurity,
  fromSecret,
  httpProbe,
  identity,
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
import { storageSecret } from "./secrets.js";
import { serviceAccount } from "./service-accounts.js";
import { headlessName, headlessService, service, servicePort } from "./services.js";
import { resourcesOf, sizes } from "./sizes.js";

/** A store inside the cluster, for test clusters: one pod, so its loss is the loss of everything. */
export function objectStoreManifests(options: Options): Manifest[] {
  if (options.storage.mode === "bucket") return [];
  const { bucket } = options.storage;
  const statefulSet = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf("object-store", options.namespace),
    spec: {
      ...statefulDefaults,
      replicas: 1,
      serviceName: headlessName("object-store"),
      selector: { matchLabels: selectorOf("object-store") },
      template: {
        metadata: { labels: selectorOf("object-store") },
        spec: {
          ...podDefaults,
          ...identity("object-store"),
          securityContext: podSecurity(),
          priorityClassName: priorityName(options, "data"),
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              ...containerDefaults,
              name: "store",
              image: imageName(options.images.objectStore),
              // The folder of a bucket is the bucket: made before the store starts, so that no client is needed.
              command: [
                "sh",
                "-c",
                `mkdir -p /data/${bucket} && exec minio server /data --address :${ports.objectStore}`,
              ],
              securityContext: containerSecurity,
              env: [
                fromSecret("MINIO_ROOT_USER", storageSecret, "access-key"),
                fromSecret("MINIO_ROOT_PASSWORD", storageSecret, "secret-key"),
                { name: "MINIO_BROWSER", value: "off" },
              ],
              ports: [port("store", ports.objectStore)],
              resources: resourcesOf(sizes[options.size]["object-store"]),
              startupProbe: httpProbe("/minio/health/live", "store", probeTimes.startup),
              livenessProbe: httpProbe("/minio/health/live", "store", probeTimes.liveness),
              readinessProbe: httpProbe("/minio/health/ready", "store", probeTimes.readiness),
              volumeMounts: [{ name: "data", mountPath: "/data" }, temporaryMount],
            },
          ],
          volumes: [temporary],
        },
      },
      volumeClaimTemplates: [volumeClaim(options, "object-store")],
    },
  } satisfies apps.v1.StatefulSet;
  const store = [servicePort("store", ports.objectStore)];
  return [
    serviceAccount(options, "object-store"),
    headlessService(options, "object-store", { ports: store }),
    statefulSet,
    service(options, "object-store", { ports: store }),
  ];
}

export interface ObjectStoreArgs extends PartArgs {
  readonly options: Options;
}

export class ObjectStore extends Part {
  constructor(args: ObjectStoreArgs, options: { readonly parent: Resource }) {
    super("ObjectStore", objectStoreManifests(args.options), args, options);
  }
}
