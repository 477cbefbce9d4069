import { kubernetesManifests } from "../../stacks/platform/kubernetes/manifests.js";
import type { Role } from "../../stacks/platform/kubernetes/names.js";
import { kubernetesOptions, type KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { secretDefinitions, type SecretValueName } from "../../stacks/platform/kubernetes/secrets.js";
import { nameOf } from "../../stacks/platform/kubernetes/names.js";

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
  readonly env: readonly Variable[];
  readonly startupProbe: HttpProbe;
  readonly readinessProbe: HttpProbe;
}

/** What a role's container is told in the cluster, its references resolved. */
export interface RenderedRole {
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly startupPath: string;
  readonly readyPath: string;
}

/** Takes a role's container from the manifests, with the secrets' values put in as the kubelet does. */
export function renderedRole(
  role: Role,
  options: KubernetesOptions,
  secrets: Readonly<Partial<Record<SecretValueName, string>>>,
  pod: string,
): RenderedRole {
  const workload = kubernetesManifests(options).find(
    ({ kind, metadata }) => ["Deployment", "StatefulSet"].includes(kind) && metadata.name === nameOf(role),
  ) as { spec: { template: { spec: { containers: Container[] } } } } | undefined;
  const container = workload?.spec.template.spec.containers[0];
  if (container === undefined) throw new Error(`there is no workload of ${role}`);
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
  return {
    environment: Object.fromEntries(container.env.map((variable) => [variable.name, valueOf(variable)])),
    args: [...(container.command ?? []), ...(container.args ?? [])],
    startupPath: container.startupProbe.httpGet.path,
    readyPath: container.readinessProbe.httpGet.path,
  };
}
