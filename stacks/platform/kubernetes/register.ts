import {
  type CustomResource,
  type CustomResourceOptions,
  ComponentResource,
  type Resource,
} from "@pulumi/pulumi";
import { leftAlone } from "./left-alone.js";
import type { Manifest } from "./manifest.js";

/** Where Pulumi's provider has the class of each kind. The whole package takes most of a second to load. */
const modules: Readonly<Record<string, string>> = {
  "v1/Namespace": "core/v1/namespace",
  "v1/ConfigMap": "core/v1/configMap",
  "v1/Secret": "core/v1/secret",
  "v1/Service": "core/v1/service",
  "v1/ServiceAccount": "core/v1/serviceAccount",
  "apps/v1/Deployment": "apps/v1/deployment",
  "apps/v1/StatefulSet": "apps/v1/statefulSet",
  "autoscaling/v2/HorizontalPodAutoscaler": "autoscaling/v2/horizontalPodAutoscaler",
  "batch/v1/CronJob": "batch/v1/cronJob",
  "networking.k8s.io/v1/Ingress": "networking/v1/ingress",
  "networking.k8s.io/v1/NetworkPolicy": "networking/v1/networkPolicy",
  "policy/v1/PodDisruptionBudget": "policy/v1/podDisruptionBudget",
  "scheduling.k8s.io/v1/PriorityClass": "scheduling/v1/priorityClass",
};

/** Kinds that operators define. */
const customResource = { module: "apiextensions/customResource", name: "CustomResource" };

type ResourceClass = new (name: string, args: object, options: CustomResourceOptions) => CustomResource;

/** Registers one object; its name in the stack is its name in the cluster. */
export function register(manifest: Manifest, options: CustomResourceOptions): CustomResource {
  const known = modules[`${manifest.apiVersion}/${manifest.kind}`];
  const { module, name } = known === undefined ? customResource : { module: known, name: manifest.kind };
  // The provider's classes are alike: their arguments are the manifest, whose form its builder has checked.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the manifest names the module, one of hundreds
  const classes = require(`@pulumi/kubernetes/${module}.js`) as Record<string, ResourceClass>;
  const Class = classes[name];
  if (Class === undefined) throw new Error(`@pulumi/kubernetes has no ${name} in ${module}`);
  return new Class(manifest.metadata.name, repairing(manifest), {
    ...options,
    ignoreChanges: leftAlone(manifest),
  });
}

/**
 * Takes back a field that somebody has changed by hand: the server holds it for theirs, and without being told
 * would refuse the repair as a conflict.
 */
const repairing = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    annotations: { ...manifest.metadata.annotations, "pulumi.com/patchForce": "true" },
  },
});

export interface PartArgs {
  /** Resources that must be there, and ready, before any object of this part. */
  readonly after: readonly Resource[];
}

const workloads = ["Deployment", "StatefulSet", "Cluster"];

/**
 * A part of the platform as one component. Its objects are registered in the order given: a workload waits for
 * all before it, as without its account it could make no pods, and those after it wait until it is ready, as a
 * Service that is awaited waits for ready pods.
 */
export abstract class Part extends ComponentResource {
  readonly resources: readonly Resource[];

  protected constructor(
    kind: string,
    manifests: readonly Manifest[],
    { after }: PartArgs,
    options: { readonly parent: Resource },
  ) {
    super(`o2cqrs:kubernetes:${kind}`, kind.toLowerCase(), {}, options);
    const resources: Resource[] = [];
    const ready: Resource[] = [];
    for (const manifest of manifests) {
      const isWorkload = workloads.includes(manifest.kind);
      const first = isWorkload ? resources : ready;
      const resource = register(manifest, { parent: this, dependsOn: [...after, ...first] });
      resources.push(resource);
      if (isWorkload) ready.push(resource);
    }
    this.resources = resources;
    this.registerOutputs();
  }
}
