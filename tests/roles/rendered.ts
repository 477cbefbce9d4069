import { kubernetesManifests } from "../../stacks/platform/kubernetes/manifests.js";
import { type Component, nameOf, type Role } from "../../stacks/platform/kubernetes/names.js";
import { kubernetesOptions, type KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { secretDefinitions, type SecretValueName } from "../../stacks/platform/kubernetes/secrets.js";

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

interface HttpProbe {
  readonly httpGet: { readonly path: string };
}

interface Container {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly startupProbe: HttpProbe;
  readonly livenessProbe: HttpProbe;
  readonly readinessProbe: HttpProbe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}

/** What a role's container is told in the cluster, its references resolved. */
export interface RenderedRole {
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Paths of its startup, liveness and readiness probes. */
  readonly probePaths: readonly string[];
  /** The hook before the stop. */
  readonly preStop: readonly string[];
}

function containerOf(component: Component, options: KubernetesOptions): Container {
  const workload = kubernetesManifests(options).find(
    ({ kind, metadata }) =>
      ["Deployment", "StatefulSet"].includes(kind) && metadata.name === nameOf(component),
  ) as { spec: { template: { spec: { containers: Container[] } } } } | undefined;
  const container = workload?.spec.template.spec.containers[0];
  if (container === undefined) throw new Error(`there is no workload of ${component}`);
  return container;
}

/** Takes a role's container from the manifests, with the secrets' values put in as the kubelet does. */
export function renderedRole(
  role: Role,
  options: KubernetesOptions,
  secrets: Readonly<Partial<Record<SecretValueName, string>>>,
  pod: string,
): RenderedRole {
  const container = containerOf(role, options);
  const definitions = secretDefinitions(kubernetesOptions.parse(options));
  const valueOf = ({ name, value, valueFrom }: Variable): string => {
    if (value !== undefined) return value;
    if (valueFrom?.fieldRef !== undefined) return pod;
    const reference = valueFrom?.secretKeyRef;
    const key = definitions.find((secret) => secret.name === reference?.name)?.keys[reference?.key ?? ""];
    const found = key && secrets[key];
    if (found === undefined) throw new Error(`${name} refers to a secret that the deployment does not make`);
    return found;
  };
  const { startupProbe, livenessProbe, readinessProbe } = container;
  return {
    environment: Object.fromEntries(
      (container.env ?? []).map((variable) => [variable.name, valueOf(variable)]),
    ),
    args: [...(container.command ?? []), ...(container.args ?? [])],
    probePaths: [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path),
    preStop: container.lifecycle?.preStop.exec.command ?? [],
  };
}

/** The gateway's files, as its config map holds them, and its command. */
export function renderedGateway(options: KubernetesOptions): {
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
} {
  const map = kubernetesManifests(options).find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === nameOf("gateway"),
  ) as { data: Record<string, string> } | undefined;
  if (map === undefined) throw new Error("there is no config map of the gateway");
  return { files: map.data, command: containerOf("gateway", options).command ?? [] };
}
