import { type z } from "zod";
import { accountFile, gatewayScript, tokensFile } from "../gateway/credentials.js";
import { nginxConfig } from "../gateway/nginx.js";
import { publicUrl } from "../public-url.js";
import { type ContainerDefinition, type DockerDefinition, type Text } from "./definition.js";
import { imageName } from "./images.js";
import { type DockerOptions, dockerOptions } from "./options.js";

type Options = z.output<typeof dockerOptions>;

const serverPort = 5080;
const gatewayPort = 8443;
const storePort = 9000;
const bucket = "openobserve";
/**
 * Where the store keeps its data. A new volume takes its owner and rights from the image's folder that it is mounted
 * on: MinIO's image has none for data, and this one is there for every user to write to.
 */
const storeData = "/var/tmp";

/** The daemon's own name server, at the same address in every network but the default one. */
const dockerNameServer = "127.0.0.11";

/** Folders of the gateway's files, and of the account that it sends as. */
const gatewayFiles = "/etc/nginx/gateway";
const gatewayAccount = "/etc/nginx/account";

/**
 * The deployment that the options describe.
 *
 * @throws ZodError when an option is out of its bounds
 */
export function defineDocker(input: DockerOptions): DockerDefinition {
  const options = dockerOptions.parse(input);
  const containers = [
    ...(options.objectStore ? [objectStore(options)] : []),
    openobserve(options),
    gateway(options),
  ];
  return {
    network: options.name,
    volumes: containers.flatMap(({ volumes, files, account }) => [
      ...volumes.map(({ volume }) => volume),
      ...[files, account].flatMap((each) => (each === undefined ? [] : [each.volume])),
    ]),
    containers,
  };
}

function openobserve(options: Options): ContainerDefinition {
  return {
    role: "openobserve",
    name: `${options.name}-openobserve`,
    image: imageName(options.images.openobserve),
    user: "10001:10001",
    environment: { ...serverEnvironment(options), ...(options.objectStore ? storeEnvironment(options) : {}) },
    volumes: [{ volume: `${options.name}-data`, path: "/data" }],
    tmpfs: { "/tmp": 256 },
    ports: [],
    healthcheck: health(options.healthCommand, 60),
    memoryMegabytes: options.memory.openobserve,
    cpus: options.cpus.openobserve,
    maxProcesses: 1024,
    stopSeconds: 60,
    after: options.objectStore ? ["objectStore"] : [],
  };
}

/** Every variable is one the server knows; the root user's password can be given in no other way. */
const serverEnvironment = (options: Options): Record<string, Text> => ({
  ZO_LOCAL_MODE: "true",
  ZO_DATA_DIR: "/data",
  ZO_HTTP_ADDR: "0.0.0.0",
  ZO_HTTP_PORT: String(serverPort),
  ZO_HTTP_IPV6_ENABLED: "false",
  ZO_ROOT_USER_EMAIL: options.rootUser,
  ZO_ROOT_USER_PASSWORD: { secret: "rootPassword" },
  ZO_WEB_URL: publicUrl(options),
  ZO_COOKIE_SECURE_ONLY: "true",
  ZO_TELEMETRY: "false",
  ZO_CREATE_ORG_THROUGH_INGESTION: "false",
  ZO_COMPACT_DATA_RETENTION_DAYS: String(options.retentionDays),
  // Otherwise records that were answered 200 stay in a buffer of the process, and are lost when it is killed.
  ZO_WAL_FSYNC_DISABLED: "false",
  ...(options.allowLoopbackReceivers ? { ZO_SSRF_ALLOW_LOOPBACK: "true" } : {}),
});

const storeEnvironment = (options: Options): Record<string, Text> => ({
  ZO_LOCAL_MODE_STORAGE: "s3",
  ZO_S3_PROVIDER: "minio",
  ZO_S3_SERVER_URL: `http://${options.name}-store:${storePort}`,
  ZO_S3_REGION_NAME: "us-east-1",
  ZO_S3_BUCKET_NAME: bucket,
  ZO_S3_ACCESS_KEY: { secret: "s3AccessKey" },
  ZO_S3_SECRET_KEY: { secret: "s3SecretKey" },
});

function gateway(options: Options): ContainerDefinition {
  const file = (name: string) => `${gatewayFiles}/${name}`;
  return {
    role: "gateway",
    name: `${options.name}-gateway`,
    image: imageName(options.images.gateway),
    user: "101:101",
    command: ["nginx", "-c", file("nginx.conf"), "-e", "stderr"],
    environment: {},
    files: {
      volume: `${options.name}-gateway-files`,
      folder: gatewayFiles,
      files: {
        "nginx.conf": nginxConfig({
          upstream: `${options.name}-openobserve:${serverPort}`,
          resolver: dockerNameServer,
          organization: options.organization,
          port: gatewayPort,
          tls: { certificate: file("tls.crt"), key: file("tls.key") },
          script: file("gateway.js"),
          module: options.gatewayModule,
          ...options.limits,
        }),
        "gateway.js": gatewayScript({
          tokens: file(tokensFile),
          account: `${gatewayAccount}/${accountFile}`,
        }),
        [tokensFile]: { secret: "gatewayTokens" },
        "tls.crt": { secret: "tlsCertificate" },
        "tls.key": { secret: "tlsKey" },
      },
    },
    account: {
      volume: `${options.name}-gateway-account`,
      folder: gatewayAccount,
      files: { [accountFile]: { secret: "gatewayAccount" } },
    },
    volumes: [],
    tmpfs: { "/tmp": 64 },
    ports: [{ host: options.bindAddress, hostPort: options.port, containerPort: gatewayPort }],
    healthcheck: health(options.gatewayHealthCommand, 10),
    memoryMegabytes: options.memory.gateway,
    cpus: options.cpus.gateway,
    maxProcesses: 128,
    stopSeconds: 15,
    after: ["openobserve"],
  };
}

function objectStore(options: Options): ContainerDefinition {
  return {
    role: "objectStore",
    name: `${options.name}-store`,
    image: imageName(options.images.objectStore),
    user: "10002:10002",
    // The image's own entry point would put `minio` before it.
    entrypoint: ["sh"],
    // The folder of a bucket is the bucket: made before the store starts, so that no client is needed.
    command: [
      "-c",
      `mkdir -p ${storeData}/${bucket} && exec minio server ${storeData} --address :${storePort}`,
    ],
    environment: {
      MINIO_ROOT_USER: { secret: "s3AccessKey" },
      MINIO_ROOT_PASSWORD: { secret: "s3SecretKey" },
      MINIO_BROWSER: "off",
    },
    volumes: [{ volume: `${options.name}-store`, path: storeData }],
    tmpfs: { "/tmp": 64 },
    ports: [],
    healthcheck: health(
      ["curl", "-fsS", "-o", "/dev/null", `http://127.0.0.1:${storePort}/minio/health/live`],
      20,
    ),
    memoryMegabytes: options.memory.objectStore,
    cpus: 1,
    maxProcesses: 512,
    stopSeconds: 30,
    after: [],
  };
}

const health = (command: readonly string[], startPeriodSeconds: number) => ({
  command,
  intervalSeconds: 5,
  timeoutSeconds: 4,
  retries: 5,
  startPeriodSeconds,
});
