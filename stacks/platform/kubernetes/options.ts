import { z } from "zod";
import { imageReference } from "../docker/images.js";
import { gatewayOptions } from "../gateway/nginx.js";
import { defaultImages } from "./images.js";
import { type SizeName, sizes } from "./sizes.js";

const dnsLabel = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and dashes");

const annotations = z.record(z.string(), z.string());

/** What a highly available deployment on Kubernetes can be told. */
export const kubernetesOptions = z.strictObject({
  namespace: dnsLabel.default("openobserve"),
  /** How much of everything: see `sizes`. */
  size: z.enum(Object.keys(sizes) as [SizeName, ...SizeName[]]).default("small"),
  images: z
    .strictObject({
      openobserve: imageReference.default(defaultImages.openobserve),
      gateway: imageReference.default(defaultImages.gateway),
      nats: imageReference.default(defaultImages.nats),
      postgres: imageReference.default(defaultImages.postgres),
      dump: imageReference.default(defaultImages.dump),
      upload: imageReference.default(defaultImages.upload),
      objectStore: imageReference.default(defaultImages.objectStore),
    })
    .prefault({}),
  rootUser: z.email().default("root@example.com"),
  organization: gatewayOptions.shape.organization.default("default"),
  /** Host name that clients use. */
  host: z.hostname().default("observe.example.com"),
  /** Port that they reach it by: the ingress controller's, or that of what stands before it. */
  port: z.int().min(1).max(65_535).default(443),
  /** Days that data is kept where a stream says nothing else. */
  retentionDays: z.int().min(3).default(30),
  /** Class of the volumes; absent, the cluster's default. */
  storageClass: dnsLabel.optional(),
  /** Whether pods must be spread over zones, or only should be; nodes without zones need the latter. */
  zones: z.enum(["required", "preferred"]).default("required"),
  ingress: z
    .strictObject({
      className: dnsLabel.default("nginx"),
      /** Namespace that the controller's pods run in: they alone reach the gateway. */
      namespace: dnsLabel.default("ingress-nginx"),
      annotations: annotations.default({}),
      /** Issuer of cert-manager that gets the certificate; absent, the certificate is given as a secret. */
      clusterIssuer: dnsLabel.optional(),
    })
    .prefault({}),
  postgres: z
    .strictObject({
      /** A server of your own, reached by a connection string, or a cluster of the CloudNativePG operator. */
      mode: z.enum(["external", "operator"]).default("external"),
      /** Port of the external server; the network policies open it. */
      port: z.int().min(1).max(65_535).default(5432),
      /** Namespace that the operator runs in. */
      operatorNamespace: dnsLabel.default("cnpg-system"),
    })
    .prefault({}),
  storage: z
    .strictObject({
      /** An existing bucket, or a small store inside the cluster, which is for test clusters only. */
      mode: z.enum(["bucket", "cluster"]).default("bucket"),
      bucket: z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket's name")
        .default("openobserve"),
      region: z.string().min(1).default("us-east-1"),
      /** Address of a store that is not Amazon's. */
      endpoint: z.url({ protocol: /^https?$/ }).optional(),
      prefix: z.string().default(""),
      /** Access by keys, or by the identity that the cloud gives the service accounts. */
      access: z.enum(["keys", "identity"]).default("keys"),
      /** What ties the service accounts to the cloud's identity, such as `eks.amazonaws.com/role-arn`. */
      serviceAccountAnnotations: annotations.default({}),
    })
    .prefault({}),
  /** Takes every secret from an External Secrets store instead of from the stack's config. */
  externalSecrets: z
    .strictObject({
      store: dnsLabel,
      kind: z.enum(["ClusterSecretStore", "SecretStore"]).default("ClusterSecretStore"),
      /** Put before the names of the store's entries. */
      prefix: z.string().default("openobserve/"),
    })
    .optional(),
  monitoring: z
    .strictObject({
      /** Makes a ServiceMonitor; needs the Prometheus operator. */
      enabled: z.boolean().default(false),
      /** Namespace that Prometheus runs in. */
      namespace: dnsLabel.default("monitoring"),
    })
    .prefault({}),
  backup: z
    .strictObject({
      /** When the metadata is saved, as cron, in UTC. */
      schedule: z
        .string()
        .regex(/^(\S+ ){4}\S+$/, "five cron fields")
        .default("17 3 * * *"),
      keepDays: z.int().min(1).default(30),
    })
    .prefault({}),
  limits: gatewayOptions.pick({ maxBodyMegabytes: true, requestsPerSecond: true, burst: true }).prefault({}),
});

export type KubernetesOptions = z.input<typeof kubernetesOptions>;
/** With every default filled in. */
export type Options = z.output<typeof kubernetesOptions>;
