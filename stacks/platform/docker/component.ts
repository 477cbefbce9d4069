import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gatewayTokensFile } from "../gateway/credentials.js";
import { type Platform, type PlatformSecrets } from "../platform.js";
import { logOptions, tmpfsOptions } from "./compose.js";
import { defineDocker } from "./define.js";
import { type ContainerDefinition, type ContainerRole, type SecretName, type Text } from "./definition.js";
import { type DockerOptions, dockerOptions } from "./options.js";

export interface DockerPlatformArgs {
  readonly options?: DockerOptions;
  readonly secrets: PlatformSecrets;
}

/**
 * OpenObserve behind its gateway on one machine, in a private network with only the gateway's port published.
 *
 * @example
 * const platform = new DockerPlatform("platform", {
 *   options: { port: 5443 },
 *   secrets: { rootPassword, ingestToken, tlsCertificate, tlsKey },
 * });
 */
export class DockerPlatform extends pulumi.ComponentResource implements Platform {
  declare readonly url: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: DockerPlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("o2cqrs:platform:Docker", name, {}, options);
    const parsed = dockerOptions.parse(args.options ?? {});
    const definition = defineDocker(args.options ?? {});
    const secret = secretsOf(args.secrets, parsed.rootUser);
    const own = { parent: this };

    const network = new docker.Network("network", { name: definition.network, driver: "bridge" }, own);
    const volumes = new Map(
      definition.volumes.map((volume) => [
        volume,
        // The data outlives a mistake in the program; `pulumi destroy` is where it ends.
        new docker.Volume(volume, { name: volume, driver: "local" }, own),
      ]),
    );
    const containers = new Map<ContainerRole, docker.Container>();
    for (const container of definition.containers) {
      const after = container.after.flatMap((role) => containers.get(role) ?? []);
      const mounted = container.volumes.flatMap(({ volume }) => volumes.get(volume) ?? []);
      containers.set(
        container.role,
        new docker.Container(container.role, containerArgs(container, network, secret), {
          parent: this,
          dependsOn: [...after, ...mounted],
          // Two containers can have neither one name nor one port.
          deleteBeforeReplace: true,
        }),
      );
    }
    this.ready = [...containers.values()];
    this.url = pulumi.output(`https://localhost:${parsed.port}`);
    this.registerOutputs({ url: this.url });
  }
}

type Secrets = (name: SecretName) => pulumi.Output<string>;

function secretsOf(secrets: PlatformSecrets, rootUser: string): Secrets {
  const gatewayTokens = pulumi
    .output(secrets.ingestToken)
    .apply((token) => gatewayTokensFile([{ token, user: rootUser, credential: token }]));
  const known: Partial<Record<SecretName, pulumi.Input<string>>> = { ...secrets, gatewayTokens };
  return (name) => {
    const value = known[name];
    if (value === undefined) throw new pulumi.RunError(`The Docker platform needs the secret ${name}.`);
    return pulumi.secret(value);
  };
}

const resolve = (text: Text, secret: Secrets): pulumi.Input<string> =>
  typeof text === "string" ? text : secret(text.secret);

/**
 * Every field that the daemon would fill in is given, or left out where the provider ignores the difference:
 * a field that reads back otherwise than it was written shows as a change in every preview.
 */
function containerArgs(
  container: ContainerDefinition,
  network: docker.Network,
  secret: Secrets,
): docker.ContainerArgs {
  const { healthcheck } = container;
  return {
    name: container.name,
    hostname: container.name,
    image: container.image,
    user: container.user,
    ...(container.command === undefined ? {} : { command: [...container.command] }),
    envs: Object.entries(container.environment).map(([key, value]) =>
      typeof value === "string" ? `${key}=${value}` : pulumi.interpolate`${key}=${secret(value.secret)}`,
    ),
    uploads: container.files.map(({ path, content }) => ({
      file: path,
      content: resolve(content, secret),
      permissions: "0400",
      ...ownerOf(container.user),
    })),
    mounts: container.volumes.map(({ volume, path }) => ({ type: "volume", source: volume, target: path })),
    tmpfs: Object.fromEntries(
      Object.entries(container.tmpfs).map(([path, size]) => [path, tmpfsOptions(size)]),
    ),
    ports: container.ports.map(({ host, hostPort, containerPort }) => ({
      ip: host,
      external: hostPort,
      internal: containerPort,
      protocol: "tcp",
    })),
    networkMode: "bridge",
    networksAdvanced: [{ name: network.name, aliases: [container.name] }],
    healthcheck: {
      tests: ["CMD", ...healthcheck.command],
      interval: `${healthcheck.intervalSeconds}s`,
      timeout: `${healthcheck.timeoutSeconds}s`,
      retries: healthcheck.retries,
      startPeriod: `${healthcheck.startPeriodSeconds}s`,
    },
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: container.memoryMegabytes,
    // Equal to memory: no swap. Left out, the daemon fills in twice the memory and every preview differs.
    memorySwap: container.memoryMegabytes,
    cpus: String(container.cpus),
    ulimits: [{ name: "nproc", soft: container.maxProcesses, hard: container.maxProcesses }],
    restart: "unless-stopped",
    stopTimeout: container.stopSeconds,
    destroyGraceSeconds: container.stopSeconds,
    logDriver: "json-file",
    logOpts: { ...logOptions },
    wait: true,
    waitTimeout: 180,
  };
}

function ownerOf(user: string): { owner: string; group: string } {
  const [owner = "0", group = "0"] = user.split(":");
  return { owner, group };
}
