import type { Resource } from "@pulumi/pulumi";
import { imageName } from "../docker/images.js";
import type { Manifest } from "./manifest.js";
import { metadataOf, selectorOf } from "./names.js";
import type { Options } from "./options.js";
import { priorityName } from "./priorities.js";
import { Part, type PartArgs } from "./register.js";
import { disk, resourcesOf, sizes } from "./sizes.js";

/** What the operator would fill in; times are seconds. */
const operatorDefaults = {
  logLevel: "info",
  /** The user of the operator's own images. */
  postgresUID: 26,
  postgresGID: 26,
  primaryUpdateMethod: "restart",
  primaryUpdateStrategy: "unsupervised",
  replicationSlots: { highAvailability: { enabled: true, slotPrefix: "_cnpg_" }, updateInterval: 30 },
  failoverDelay: 0,
  startDelay: 3600,
  stopDelay: 1800,
  smartShutdownTimeout: 180,
  switchoverDelay: 3600,
} as const;

/**
 * The metadata's database as a cluster of the CloudNativePG operator; nothing when it is a server of your own.
 * The operator makes the owner's secret, and budgets and certificates of its own.
 */
export function postgresManifests(options: Options): Manifest[] {
  if (options.postgres.mode === "external") return [];
  const size = sizes[options.size].postgres;
  return [
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: metadataOf("postgres", options.namespace),
      spec: {
        ...operatorDefaults,
        instances: size.replicas,
        imageName: imageName(options.images.postgres),
        priorityClassName: priorityName(options, "data"),
        enableSuperuserAccess: false,
        enablePDB: true,
        bootstrap: { initdb: { database: "openobserve", owner: "openobserve" } },
        // A commit is answered when one other instance has it, and not held up while none can.
        minSyncReplicas: 1,
        maxSyncReplicas: 1,
        inheritedMetadata: { labels: selectorOf("postgres") },
        affinity: {
          enablePodAntiAffinity: true,
          podAntiAffinityType: "required",
          topologyKey: "kubernetes.io/hostname",
        },
        resources: resourcesOf(size),
        storage: {
          size: disk(size.diskGi),
          resizeInUseVolumes: true,
          ...(options.storageClass !== undefined && { storageClass: options.storageClass }),
        },
      },
    },
  ];
}

export interface PostgresArgs extends PartArgs {
  readonly options: Options;
}

export class Postgres extends Part {
  constructor(args: PostgresArgs, options: { readonly parent: Resource }) {
    super("Postgres", postgresManifests(args.options), args, options);
  }
}
