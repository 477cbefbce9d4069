import { defineDocker } from "./docker/define.js";
import type { ContainerDefinition } from "./docker/definition.js";
import type { DockerOptions } from "./docker/options.js";
import { accessTable } from "./kubernetes/access.js";
import { kubernetesManifests } from "./kubernetes/manifests.js";
import { type Component, components, nameOf } from "./kubernetes/names.js";
import { type KubernetesOptions, kubernetesOptions } from "./kubernetes/options.js";
import { cpu, disk, memory, type SizeName, sizes } from "./kubernetes/sizes.js";

/** Pictures and tables of `docs/platform.md`, from the definitions that are deployed; a test holds the page to them. */

const mermaid = (...lines: readonly string[]): string =>
  ["```mermaid", "flowchart LR", ...lines, "```"].join("\n");

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** What `target: docker` runs, with the object store that is optional. */
export function dockerPicture(): string {
  const { network, containers } = defineDocker({ objectStore: true });
  const boxes = containers.map((each) => `    ${each.role}["${each.name}<br/>${boundsOf(each)}"]`);
  const entries = containers.flatMap(({ role, ports }) =>
    ports.map(
      ({ host, hostPort }) =>
        `  client(["application, operator"]) -- "https, ${host}:${hostPort}" --> ${role}`,
    ),
  );
  const links = containers.flatMap(({ role, after }) => after.map((other) => `  ${role} --> ${other}`));
  const volumes = containers.flatMap(({ role, volumes: own }) =>
    own.map(({ volume }) => `  ${role} --- ${volume}[("volume ${volume}")]`),
  );
  return mermaid(
    `  subgraph network["private network ${network}"]`,
    ...boxes,
    "  end",
    ...entries,
    ...links,
    ...volumes,
  );
}

const boundsOf = ({ memoryMegabytes, cpus }: ContainerDefinition) => `${memoryMegabytes} MiB, ${cpus} cpus`;

/** Parties of the access table that every component uses, and that would only hide the rest. */
const omitted = ["dns", "monitoring", "internet", "operator", "api", "identity"];

const outside: Readonly<Record<string, string>> = {
  ingress: "ingress, TLS",
  database: "PostgreSQL",
  store: "object store, S3",
};

/** What `target: kubernetes` runs: who opens connections to whom is what the network policies allow. */
export function kubernetesPicture(input: KubernetesOptions = { size: "medium" }): string {
  const options = kubernetesOptions.parse(input);
  const shown = accessTable(options).filter(
    ({ from, to }) => ![from, to].some((party) => omitted.includes(party)),
  );
  const parties = [...new Set(shown.flatMap(({ from, to }) => [from, to]))];
  const inside = parties.filter((party): party is Component =>
    (components as readonly string[]).includes(party),
  );
  const box = (component: Component) => {
    const { replicas, maxReplicas } = sizes[options.size][component];
    const count = maxReplicas > replicas ? `${replicas} to ${maxReplicas}` : String(replicas);
    return `    ${component}["${component} × ${count}"]`;
  };
  const links = shown.map(({ from, to, ports }) => `  ${from} -- "${ports.join(", ")}" --> ${to}`);
  return mermaid(
    `  subgraph namespace["namespace ${options.namespace}"]`,
    ...inside.map(box),
    "  end",
    ...parties
      .filter((party) => party in outside)
      .map((party) => `  ${party}(["${outside[party] ?? party}"])`),
    ...new Set(links),
  );
}

const sizeNames = Object.keys(sizes) as SizeName[];

/** What each pod of each component is given. */
export function sizeTable(): string {
  const cellOf = (name: SizeName, component: Component) => {
    const { replicas, maxReplicas, cpuMillis, memoryMi, diskGi } = sizes[name][component];
    const count = maxReplicas > replicas ? `${replicas}–${maxReplicas}` : String(replicas);
    return `${count} × ${cpu(cpuMillis)} cpu, ${memory(memoryMi)}, ${disk(diskGi)}`;
  };
  return table(
    ["component", ...sizeNames],
    components.map((component) => [`\`${component}\``, ...sizeNames.map((name) => cellOf(name, component))]),
  );
}

interface Cost {
  readonly cores: number;
  readonly memoryGi: number;
  /** Volumes that stay. */
  readonly volumesGi: number;
  /** Disk of nodes that pods use while they run. */
  readonly scratchGi: number;
}

interface Workload {
  readonly spec: { readonly volumeClaimTemplates?: readonly object[] };
}

/** What a profile sets aside, by the pods that its manifests make. */
export function costOf(size: SizeName, input: KubernetesOptions, pods: "replicas" | "maxReplicas"): Cost {
  const manifests = kubernetesManifests({ ...input, size });
  // The database is its operator's own kind; the backup runs for minutes a day and is left out.
  const workloads = manifests.filter(({ kind }) => ["Deployment", "StatefulSet", "Cluster"].includes(kind));
  const costs = components.flatMap((component) => {
    const workload = workloads.find(({ metadata }) => metadata.name === nameOf(component));
    if (workload === undefined) return [];
    const own = sizes[size][component];
    const { volumeClaimTemplates = [] } = (workload as unknown as Workload).spec;
    const keeps = workload.kind === "Cluster" || volumeClaimTemplates.length > 0;
    const total = own[pods];
    return {
      cores: (total * own.cpuMillis) / 1000,
      memoryGi: (total * own.memoryMi) / 1024,
      volumesGi: keeps ? total * own.diskGi : 0,
      scratchGi: keeps ? 0 : total * own.diskGi,
    };
  });
  const sum = (part: keyof Cost) => costs.reduce((all, cost) => all + cost[part], 0);
  return {
    cores: sum("cores"),
    memoryGi: sum("memoryGi"),
    volumesGi: sum("volumesGi"),
    scratchGi: sum("scratchGi"),
  };
}

/** What each profile costs, at rest and with every autoscaler at its limit. */
export function costTable(): string {
  const variants: readonly (readonly [string, KubernetesOptions])[] = [
    ["PostgreSQL of your own", {}],
    ["PostgreSQL by its operator", { postgres: { mode: "operator" } }],
  ];
  const rows = sizeNames.flatMap((name) =>
    variants.map(([title, options]) => {
      const [least, most] = [costOf(name, options, "replicas"), costOf(name, options, "maxReplicas")];
      const cell = (part: keyof Cost) => {
        const [from, to] = [least[part], most[part]].map((value) => String(Math.round(value * 10) / 10));
        return from === to ? `${from}` : `${from} to ${to}`;
      };
      return [`\`${name}\`, ${title}`, cell("cores"), cell("memoryGi"), cell("volumesGi"), cell("scratchGi")];
    }),
  );
  return table(["profile", "cores", "memory, GiB", "volumes, GiB", "scratch disk, GiB"], rows);
}

/** What `target: docker` takes of its machine. */
export function dockerCostTable(): string {
  const variants: readonly (readonly [string, DockerOptions])[] = [
    ["as it is", {}],
    ["with its object store", { objectStore: true }],
  ];
  const rows = variants.map(([title, options]) => {
    const { containers } = defineDocker(options);
    const cores = containers.reduce((sum, { cpus }) => sum + cpus, 0);
    const megabytes = containers.reduce((sum, { memoryMegabytes }) => sum + memoryMegabytes, 0);
    return [title, containers.length, cores, Math.round((megabytes / 1024) * 10) / 10];
  });
  return table(["target docker", "containers", "cores, at most", "memory, GiB, at most"], rows);
}
