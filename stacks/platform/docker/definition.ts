/**
 * What runs on one machine, as plain data: the one source of the Docker resources and of `compose.yaml`.
 * Secrets are referred to by name, never held, so a definition can be printed and compared.
 */

/**
 * Secrets that the containers need. The token that applications send is the gateway's, and can be changed at any
 * time; the account that it stands for is made on the server when that runs.
 */
export const secretNames = [
  "rootPassword",
  "gatewayTokens",
  "gatewayAccount",
  "tlsCertificate",
  "tlsKey",
  "s3AccessKey",
  "s3SecretKey",
] as const;
export type SecretName = (typeof secretNames)[number];

/** A value that stands in the definition, or the name of a secret that is put in its place. */
export type Text = string | { readonly secret: SecretName };

/**
 * Files that a container reads, on a volume of their own that is mounted read-only. A container that is made
 * from the same image and never started puts them there: the daemon writes nothing into a container whose
 * file system is read-only.
 */
export interface FileVolume {
  /** Name of the volume, and of the container that carries the files to it. */
  readonly volume: string;
  /** Where the volume is mounted. */
  readonly folder: string;
  /** By name in the folder. */
  readonly files: Readonly<Record<string, Text>>;
}

export interface VolumeMount {
  readonly volume: string;
  readonly path: string;
}

export interface Healthcheck {
  /** Command and arguments; run in the container, without a shell. */
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly startPeriodSeconds: number;
}

export interface PublishedPort {
  /** Address of the host that listens; loopback unless told otherwise. */
  readonly host: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

export type ContainerRole = "openobserve" | "gateway" | "objectStore";

export interface ContainerDefinition {
  readonly role: ContainerRole;
  /** Name of the container, and its host name in the private network. */
  readonly name: string;
  readonly image: string;
  /** `uid:gid`; never root. */
  readonly user: string;
  /** In place of the image's own. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, Text>>;
  readonly files?: FileVolume;
  /** The account that it acts as on the server, put there when the server is configured: until then a folder without files. */
  readonly account?: FileVolume;
  /** What it writes to. */
  readonly volumes: readonly VolumeMount[];
  /** Folders in memory, with their size in MiB: all that is writable beside the volumes. */
  readonly tmpfs: Readonly<Record<string, number>>;
  readonly ports: readonly PublishedPort[];
  readonly healthcheck: Healthcheck;
  readonly memoryMegabytes: number;
  readonly cpus: number;
  /**
   * Processes and threads that its user may have. The kernel counts them by user id and not by container, so
   * each role has a user of its own.
   */
  readonly maxProcesses: number;
  /** Seconds between the request to stop and the kill: long enough to flush what is in memory. */
  readonly stopSeconds: number;
  /** Roles that must be healthy first. */
  readonly after: readonly ContainerRole[];
}

export interface DockerDefinition {
  readonly network: string;
  readonly volumes: readonly string[];
  readonly containers: readonly ContainerDefinition[];
}
