import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import type {
  ContainerDefinition,
  DockerDefinition,
  FileVolume,
  SecretName,
} from "../../stacks/platform/docker/definition.js";
import { logOptions, tmpfsOptions } from "../../stacks/platform/docker/compose.js";
import { fileMode, filesDigest, filesLabel, textOf } from "../../stacks/platform/docker/files.js";

/** The definition applied through the daemon's API, as the provider applies it. */

export type Secrets = Readonly<Record<SecretName, string>>;

const second = 1_000_000_000;
const megabyte = 1024 * 1024;

/** What the daemon is asked to create; `inspect` must tell the same. */
export function containerRequest(
  container: ContainerDefinition,
  { network }: DockerDefinition,
  secrets: Secrets,
) {
  const { account, files, healthcheck, maxProcesses, memoryMegabytes, name, ports } = container;
  const readOnly = [files, account].flatMap((each) => each ?? []);
  return {
    name,
    Hostname: name,
    Image: container.image,
    User: container.user,
    ...(container.entrypoint && { Entrypoint: [...container.entrypoint] }),
    ...(container.command && { Cmd: [...container.command] }),
    Env: Object.entries(container.environment).map(([key, text]) => `${key}=${textOf(text, secrets)}`),
    Labels: (files ? { [filesLabel]: filesDigest(files, secrets) } : {}) as Record<string, string>,
    StopTimeout: container.stopSeconds,
    ...(ports.length > 0 && {
      ExposedPorts: Object.fromEntries(ports.map(({ containerPort }) => [`${containerPort}/tcp`, {}])),
    }),
    Healthcheck: {
      Test: ["CMD", ...healthcheck.command],
      Interval: healthcheck.intervalSeconds * second,
      Timeout: healthcheck.timeoutSeconds * second,
      StartPeriod: healthcheck.startPeriodSeconds * second,
      Retries: healthcheck.retries,
    },
    HostConfig: {
      NetworkMode: network,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: memoryMegabytes * megabyte,
      MemorySwap: memoryMegabytes * megabyte,
      NanoCpus: container.cpus * second,
      Ulimits: [{ Name: "nproc", Soft: maxProcesses, Hard: maxProcesses }],
      RestartPolicy: { Name: "always", MaximumRetryCount: 0 },
      LogConfig: { Type: "json-file", Config: { ...logOptions } },
      Tmpfs: Object.fromEntries(
        Object.entries(container.tmpfs).map(([path, size]) => [path, tmpfsOptions(size)]),
      ),
      Mounts: [
        ...container.volumes.map(({ volume, path }) => ({
          Type: "volume" as const,
          Source: volume,
          Target: path,
        })),
        ...readOnly.map(({ volume, folder }) => ({
          Type: "volume" as const,
          Source: volume,
          Target: folder,
          ReadOnly: true,
        })),
      ],
      PortBindings: Object.fromEntries(
        ports.map(({ host, hostPort, containerPort }) => [
          `${containerPort}/tcp`,
          [{ HostIp: host, HostPort: String(hostPort) }],
        ]),
      ),
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
  };
}

/** Makes everything and waits until every container is healthy. */
export async function apply(docker: Docker, definition: DockerDefinition, secrets: Secrets): Promise<void> {
  await docker.createNetwork({ Name: definition.network, Driver: "bridge" });
  for (const volume of definition.volumes) await docker.createVolume({ Name: volume, Driver: "local" });
  for (const container of definition.containers) await create(docker, container, definition, secrets);
}

/** Makes one container and waits until it is healthy. */
export async function create(
  docker: Docker,
  container: ContainerDefinition,
  definition: DockerDefinition,
  secrets: Secrets,
): Promise<void> {
  if (container.files) await carryFiles(docker, container, container.files, secrets);
  const created = await docker.createContainer(
    // The types know of fewer mount options than the daemon takes.
    containerRequest(container, definition, secrets),
  );
  await created.start();
  await healthy(docker, container.name);
}

/** Puts files on their volume, by a container that is never started. */
export async function carryFiles(
  docker: Docker,
  { image }: ContainerDefinition,
  { volume, folder, files }: FileVolume,
  secrets: Secrets,
): Promise<void> {
  const source = mkdtempSync(join(tmpdir(), "o2cqrs-files-"));
  try {
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(source, name), textOf(text, secrets));
    const carrier = await docker.createContainer({
      name: volume,
      Image: image,
      Cmd: ["true"],
      HostConfig: { NetworkMode: "none", Mounts: [{ Type: "volume", Source: volume, Target: folder }] },
    });
    const tar = spawn("tar", ["--owner=0", "--group=0", `--mode=${fileMode}`, "-c", ...Object.keys(files)], {
      cwd: source,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(tar, "exit");
    await carrier.putArchive(tar.stdout, { path: folder });
    await exited;
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

/** @throws Error with the container's log when it is not healthy in time */
export async function healthy(docker: Docker, name: string, withinMs = 90_000): Promise<void> {
  const container = docker.getContainer(name);
  const end = Date.now() + withinMs;
  for (;;) {
    const { State } = await container.inspect();
    if (State.Running && State.Health?.Status === "healthy") return;
    if (Date.now() > end) {
      const log = await container.logs({ stdout: true, stderr: true, tail: 30 });
      throw new Error(
        `${name} is ${State.Status}, ${State.Health?.Status ?? ""}; its log:\n${log.toString()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
