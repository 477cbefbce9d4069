import {
  type ContainerDefinition,
  type ContainerRole,
  type DockerDefinition,
  type SecretName,
  type Text,
} from "./definition.js";

/** Variables of the `.env` file that stand for the secrets. */
export const composeVariables: Readonly<Record<SecretName, string>> = {
  rootPassword: "O2CQRS_ROOT_PASSWORD",
  gatewayTokens: "O2CQRS_GATEWAY_TOKENS",
  gatewayAccount: "O2CQRS_GATEWAY_ACCOUNT",
  tlsCertificate: "O2CQRS_TLS_CERTIFICATE",
  tlsKey: "O2CQRS_TLS_KEY",
  s3AccessKey: "O2CQRS_S3_ACCESS_KEY",
  s3SecretKey: "O2CQRS_S3_SECRET_KEY",
};

export interface ComposeFolder {
  /** The document of `compose.yaml`, in version 2.4 of the format, which every Compose of today reads. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Files beside it that hold no secret, by relative path. */
  readonly files: Readonly<Record<string, string>>;
  /** Files beside it that are secrets, by relative path: the folder's owner writes them, mode 0600. */
  readonly secretFiles: Readonly<Record<string, SecretName>>;
  /** Those of them that are written when the server is configured; their folders are there before. */
  readonly laterFiles: Readonly<Record<string, SecretName>>;
  /** Secrets that stand in `.env`. */
  readonly variables: readonly SecretName[];
}

/** The same deployment for Docker Compose. */
export function composeFolder(definition: DockerDefinition): ComposeFolder {
  const { containers } = definition;
  const mounted = containers.flatMap(({ role, files }) =>
    Object.entries(files?.files ?? {}).map(([name, content]) => ({ path: `${role}/${name}`, content })),
  );
  const later = containers.flatMap(({ role, account }) =>
    Object.entries(account?.files ?? {}).flatMap(([name, content]) =>
      secretOf(content).map((secret) => [`${accountFolder(role)}/${name}`, secret] as const),
    ),
  );
  const inEnvironment = containers.flatMap(({ environment }) => Object.values(environment)).flatMap(secretOf);
  return {
    document: {
      version: "2.4",
      services: Object.fromEntries(
        containers.map((container) => [container.role, service(container, definition)]),
      ),
      networks: { private: { name: definition.network } },
      volumes: Object.fromEntries(dataVolumes(containers).map((volume) => [volume, { name: volume }])),
    },
    files: Object.fromEntries(
      mounted.flatMap(({ path, content }) => (typeof content === "string" ? [[path, content]] : [])),
    ),
    secretFiles: Object.fromEntries(
      mounted.flatMap(({ path, content }) => (typeof content === "string" ? [] : [[path, content.secret]])),
    ),
    laterFiles: Object.fromEntries(later),
    variables: [...new Set(inEnvironment)],
  };
}

const accountFolder = (role: ContainerRole) => `${role}-account`;

/** Compose mounts files from its folder, so only data has volumes. */
const dataVolumes = (containers: readonly ContainerDefinition[]) =>
  containers.flatMap(({ volumes }) => volumes.map(({ volume }) => volume));

const secretOf = (text: Text): SecretName[] => (typeof text === "string" ? [] : [text.secret]);

/** Compose replaces `$NAME`; a dollar that is meant is doubled. */
const literal = (text: string) => text.replaceAll("$", "$$$$");

const variable = (name: SecretName) => `\${${composeVariables[name]}:?set it in .env}`;

function service(
  container: ContainerDefinition,
  { network, containers }: DockerDefinition,
): Record<string, unknown> {
  const { healthcheck } = container;
  const roles = new Map(containers.map(({ role, name }) => [role, name]));
  return {
    image: container.image,
    container_name: container.name,
    user: container.user,
    ...(container.entrypoint === undefined ? {} : { entrypoint: container.entrypoint.map(literal) }),
    ...(container.command === undefined ? {} : { command: container.command.map(literal) }),
    environment: Object.fromEntries(
      Object.entries(container.environment).map(([key, value]) => [
        key,
        typeof value === "string" ? literal(value) : variable(value.secret),
      ]),
    ),
    volumes: [
      ...(container.files === undefined ? [] : [`./${container.role}:${container.files.folder}:ro`]),
      ...(container.account === undefined
        ? []
        : [`./${accountFolder(container.role)}:${container.account.folder}:ro`]),
      ...container.volumes.map(({ volume, path }) => `${volume}:${path}`),
    ],
    tmpfs: Object.entries(container.tmpfs).map(([path, megabytes]) => `${path}:${tmpfsOptions(megabytes)}`),
    ports: container.ports.map(({ host, hostPort, containerPort }) => `${host}:${hostPort}:${containerPort}`),
    healthcheck: {
      test: ["CMD", ...healthcheck.command.map(literal)],
      interval: `${healthcheck.intervalSeconds}s`,
      timeout: `${healthcheck.timeoutSeconds}s`,
      retries: healthcheck.retries,
      start_period: `${healthcheck.startPeriodSeconds}s`,
    },
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    mem_limit: `${container.memoryMegabytes}m`,
    memswap_limit: `${container.memoryMegabytes}m`,
    cpus: container.cpus,
    ulimits: { nproc: container.maxProcesses },
    // Not `unless-stopped`: a daemon that was killed ends what still runs at its next start, and takes that for a wish.
    restart: "always",
    stop_grace_period: `${container.stopSeconds}s`,
    logging: { driver: "json-file", options: logOptions },
    networks: { private: { aliases: [roles.get(container.role) ?? network] } },
    depends_on: Object.fromEntries(container.after.map((role) => [role, { condition: "service_healthy" }])),
  };
}

/** Logs are rotated, so that they never fill the disk. */
export const logOptions = { "max-size": "10m", "max-file": "3" } as const;

/** World-writable with the sticky bit, as /tmp is; no devices, no set-user-id programs. */
export const tmpfsOptions = (megabytes: number) => `rw,nosuid,nodev,size=${megabytes}m,mode=1777`;
