import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gatewayAccountFile, gatewayTokensFile } from "../gateway/credentials.js";
import type { DeployedPlatform, PlatformSecrets, SendingAccount, WhereToLook } from "../platform.js";
import { publicUrl } from "../public-url.js";
import { cpusAsRead, durationAsRead } from "./as-read.js";
import { logOptions, tmpfsOptions } from "./compose.js";
import { defineDocker } from "./define.js";
import {
  type ContainerDefinition,
  type ContainerRole,
  type FileVolume,
  type SecretName,
  type Text,
} from "./definition.js";
import { fileMode, filesDigest, filesLabel } from "./files.js";
import { type DockerOptions, dockerOptions } from "./options.js";
import { whereToLook } from "./where-to-look.js";

export interface DockerPlatformArgs {
  readonly options?: DockerOptions;
  readonly secrets: PlatformSecrets;
}

/** Fields that the daemon can change in no container, and that the provider says it has changed. */
const fixedFields = ["healthcheck", "tmpfs"] as const;

/**
 * OpenObserve behind its gateway on one machine, in a private network with only the gateway's port published.
 *
 * @example
 * const platform = new DockerPlatform("platform", {
 *   options: { port: 5443 },
 *   secrets: { rootPassword, ingestToken, tlsCertificate, tlsKey },
 * });
 */
export class DockerPlatform extends pulumi.ComponentResource implements DeployedPlatform {
  declare readonly url: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  readonly whereToLook: WhereToLook;
  readonly #carriers: ((account: SendingAccount) => void)[] = [];

  constructor(name: string, args: DockerPlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("o2cqrs:platform:Docker", name, {}, options);
    const parsed = dockerOptions.parse(args.options ?? {});
    const definition = defineDocker(args.options ?? {});
    const own = { parent: this };
    const secret = secretsOf(args.secrets);

    const network = new docker.Network("network", { name: definition.network, driver: "bridge" }, own);
    const volumes = new Map(
      definition.volumes.map((volume) => [
        volume,
        new docker.Volume(volume, { name: volume, driver: "local" }, own),
      ]),
    );
    const containers = new Map<ContainerRole, docker.Container>();
    for (const container of definition.containers) {
      const { account, files, role } = container;
      // Two containers can have neither one name nor one port.
      const inPlace = { parent: this, deleteBeforeReplace: true };
      // Pulled first: while an image cannot be had, the container that runs is left alone.
      const image = new docker.RemoteImage(
        `${role}-image`,
        { name: container.image, keepLocally: true },
        own,
      );
      const after: pulumi.Resource[] = [
        image,
        ...container.after.flatMap((each) => containers.get(each) ?? []),
        ...container.volumes.flatMap(({ volume }) => volumes.get(volume) ?? []),
        ...(account === undefined ? [] : [volumes.get(account.volume) ?? []].flat()),
      ];
      if (files !== undefined) {
        const dependsOn = [image, volumes.get(files.volume)].flatMap((each) => each ?? []);
        after.push(
          new docker.Container(`${role}-files`, carrierArgs(files, container, secret), {
            ...inPlace,
            dependsOn,
          }),
        );
      }
      if (account !== undefined)
        this.#carriers.push((sending) => {
          const dependsOn = [image, volumes.get(account.volume)].flatMap((each) => each ?? []);
          const known = accountOf(sending);
          new docker.Container(`${role}-account`, carrierArgs(account, container, known), {
            ...inPlace,
            dependsOn,
          });
        });
      containers.set(
        role,
        new docker.Container(role, containerArgs(container, network, secret), {
          ...inPlace,
          replaceOnChanges: [...fixedFields],
          dependsOn: after,
        }),
      );
    }
    this.ready = [...containers.values()];
    this.whereToLook = whereToLook(definition);
    this.url = pulumi.output(publicUrl(parsed));
    this.registerOutputs({ url: this.url });
  }

  sendAs(account: SendingAccount): void {
    for (const carry of this.#carriers) carry(account);
  }
}

type Secrets = (name: SecretName) => pulumi.Output<string>;

function secretsOf({ ingestToken, ...secrets }: PlatformSecrets): Secrets {
  const gatewayTokens = pulumi.output(ingestToken).apply((token) => gatewayTokensFile([token]));
  const known: Partial<Record<SecretName, pulumi.Input<string>>> = { ...secrets, gatewayTokens };
  return (name) => {
    const value = known[name];
    if (value === undefined) throw new pulumi.RunError(`The Docker platform needs the secret ${name}.`);
    return pulumi.secret(value);
  };
}

const accountOf = ({ email, token }: SendingAccount): Secrets => {
  const text = pulumi.secret(token).apply((credential) => gatewayAccountFile({ user: email, credential }));
  return () => text;
};

const resolve = (text: Text, secret: Secrets): pulumi.Input<string> =>
  typeof text === "string" ? text : secret(text.secret);

/** The container that puts files on their volume. It is never started. */
function carrierArgs(
  { volume, folder, files }: FileVolume,
  { image }: ContainerDefinition,
  secret: Secrets,
): docker.ContainerArgs {
  return {
    name: volume,
    image,
    mounts: [{ type: "volume", source: volume, target: folder }],
    uploads: Object.entries(files).map(([name, text]) => ({
      file: `${folder}/${name}`,
      content: resolve(text, secret),
      permissions: fileMode,
    })),
    // Never run; an image may have no command of its own, and the daemon wants one.
    command: ["true"],
    networkMode: "none",
    start: false,
    mustRun: false,
  };
}

function digestOf(files: FileVolume, secret: Secrets): pulumi.Output<string> {
  const names = Object.values(files.files).flatMap((text) => (typeof text === "string" ? [] : [text.secret]));
  const values = Object.fromEntries(names.map((name) => [name, secret(name)]));
  return pulumi
    .output(values)
    .apply((known) => filesDigest(files, known as Readonly<Record<SecretName, string>>));
}

/**
 * Every field that the daemon would fill in is given, or left out where the provider ignores the difference:
 * a field that reads back otherwise than it was written shows as a change in every preview.
 */
function containerArgs(
  container: ContainerDefinition,
  network: docker.Network,
  secret: Secrets,
): docker.ContainerArgs {
  const { account, files, healthcheck } = container;
  const readOnly = [files, account].flatMap((each) => each ?? []);
  return {
    name: container.name,
    hostname: container.name,
    image: container.image,
    user: container.user,
    ...(container.entrypoint === undefined ? {} : { entrypoints: [...container.entrypoint] }),
    ...(container.command === undefined ? {} : { command: [...container.command] }),
    envs: Object.entries(container.environment).map(([key, value]) =>
      typeof value === "string" ? `${key}=${value}` : pulumi.interpolate`${key}=${secret(value.secret)}`,
    ),
    ...(files && { labels: [{ label: filesLabel, value: digestOf(files, secret) }] }),
    mounts: [
      ...container.volumes.map(({ volume, path }) => ({ type: "volume", source: volume, target: path })),
      ...readOnly.map(({ volume, folder }) => ({
        type: "volume",
        source: volume,
        target: folder,
        readOnly: true,
      })),
    ],
    tmpfs: Object.fromEntries(
      Object.entries(container.tmpfs).map(([path, size]) => [path, tmpfsOptions(size)]),
    ),
    ports: container.ports.map(({ host, hostPort, containerPort }) => ({
      ip: host,
      external: hostPort,
      internal: containerPort,
      protocol: "tcp",
    })),
    networkMode: network.name,
    networksAdvanced: [{ name: network.name, aliases: [container.name] }],
    healthcheck: {
      tests: ["CMD", ...healthcheck.command],
      interval: durationAsRead(healthcheck.intervalSeconds),
      timeout: durationAsRead(healthcheck.timeoutSeconds),
      retries: healthcheck.retries,
      startPeriod: durationAsRead(healthcheck.startPeriodSeconds),
    },
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: container.memoryMegabytes,
    // Equal to memory: no swap. Left out, the daemon fills in twice the memory and every preview differs.
    memorySwap: container.memoryMegabytes,
    cpus: cpusAsRead(container.cpus),
    ulimits: [{ name: "nproc", soft: container.maxProcesses, hard: container.maxProcesses }],
    // Not `unless-stopped`: a daemon that was killed ends what still runs at its next start, and takes that for a wish.
    restart: "always",
    stopTimeout: container.stopSeconds,
    destroyGraceSeconds: container.stopSeconds,
    logDriver: "json-file",
    logOpts: { ...logOptions },
    wait: true,
    waitTimeout: 180,
  };
}
