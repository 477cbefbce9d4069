import { publicUrl } from "../public-url.js";
import { natsAddress, objectStoreAddress } from "./addresses.js";
import { ports, type Role } from "./names.js";
import type { Options } from "./options.js";
import { fromField, fromSecret } from "./pod.js";
import { natsSecret, postgresSecret, serverSecret, storageSecret } from "./secrets.js";
import { sizes } from "./sizes.js";

export const dataFolder = "/data";

const set = (name: string, value: string | number | boolean) => ({ name, value: String(value) });

/** Every variable of a role's environment; all of them are the server's own but the `K8S_` ones, which it copies into its telemetry. */
export function environment(options: Options, role: Role) {
  return [
    set("ZO_NODE_ROLE", role),
    ...cluster(options),
    ...server(options),
    ...metadata(options),
    ...storage(options),
    fromField("K8S_NODE_NAME", "spec.nodeName"),
    fromField("K8S_NAMESPACE_NAME", "metadata.namespace"),
    fromField("K8S_POD_NAME", "metadata.name"),
  ];
}

const cluster = (options: Options) => [
  set("ZO_LOCAL_MODE", false),
  set("ZO_CLUSTER_NAME", options.namespace),
  set("ZO_CLUSTER_COORDINATOR", "nats"),
  set("ZO_QUEUE_STORE", "nats"),
  set("ZO_NATS_ADDR", natsAddress),
  set("ZO_NATS_USER", "openobserve"),
  fromSecret("ZO_NATS_PASSWORD", natsSecret, "password"),
  // Fixed once the buckets exist, whatever is set later.
  set("ZO_NATS_REPLICAS", sizes[options.size].nats.replicas),
  // By default the node that seems least busy gets every request, and one that is dead seems so.
  set("ZO_ROUTE_STRATEGY", "random"),
  // Nodes ask each other every fifteen seconds: who has not answered twice is left out until it is heard of again.
  set("ZO_HEALTH_CHECK_FAILED_TIMES", 2),
  // Left empty, the nodes would agree on one that can be read from the metadata.
  fromSecret("ZO_INTERNAL_GRPC_TOKEN", serverSecret, "internal-token"),
];

const server = (options: Options) => [
  set("ZO_DATA_DIR", dataFolder),
  // No address: a node tells the others the one that it is given, and listens on all by itself.
  set("ZO_HTTP_PORT", ports.http),
  set("ZO_HTTP_IPV6_ENABLED", false),
  set("ZO_GRPC_PORT", ports.grpc),
  set("ZO_ROOT_USER_EMAIL", options.rootUser),
  fromSecret("ZO_ROOT_USER_PASSWORD", serverSecret, "root-password"),
  fromSecret("ZO_EXT_AUTH_SALT", serverSecret, "authentication-salt"),
  // Left empty, pages of any origin could call the API.
  set("ZO_WEB_URL", publicUrl(options)),
  set("ZO_COOKIE_SECURE_ONLY", true),
  set("ZO_TELEMETRY", false),
  set("ZO_PROMETHEUS_ENABLED", true),
  set("ZO_CREATE_ORG_THROUGH_INGESTION", false),
  set("ZO_COMPACT_DATA_RETENTION_DAYS", options.retentionDays),
  // Otherwise records that were answered 200 stay in a buffer of the process, and are lost when it is killed.
  set("ZO_WAL_FSYNC_DISABLED", false),
];

const metadata = (options: Options) => [
  set("ZO_META_STORE", "postgres"),
  fromSecret("ZO_META_POSTGRES_DSN", postgresSecret(options), "uri"),
];

function storage({ storage }: Options) {
  const inside = storage.mode === "cluster";
  const endpoint = inside ? objectStoreAddress : storage.endpoint;
  return [
    set("ZO_S3_PROVIDER", inside ? "minio" : "s3"),
    ...(endpoint === undefined ? [] : [set("ZO_S3_SERVER_URL", endpoint)]),
    set("ZO_S3_REGION_NAME", storage.region),
    set("ZO_S3_BUCKET_NAME", storage.bucket),
    ...(storage.prefix === "" ? [] : [set("ZO_S3_BUCKET_PREFIX", storage.prefix)]),
    ...(storage.access === "keys"
      ? [
          fromSecret("ZO_S3_ACCESS_KEY", storageSecret, "access-key"),
          fromSecret("ZO_S3_SECRET_KEY", storageSecret, "secret-key"),
        ]
      : []),
  ];
}
