import {
  at,
  kubernetesKind,
  list,
  object,
  type Properties,
  type Resource,
  type Value,
  word,
} from "./resource.js";

/** A pod that a Kubernetes object leads to. */
export interface Pod {
  readonly namespace: Value;
  readonly labels: Properties;
  readonly spec: Properties;
}

const templatePaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** The pod of a workload; undefined for every other resource. */
export function podOf(resource: Resource): Pod | undefined {
  const kind = kubernetesKind(resource);
  if (kind === undefined) return undefined;
  const path = templatePaths[kind];
  const template = kind === "Pod" ? resource.props : path && at(resource.props, ...path);
  if (template === undefined) return undefined;
  return {
    namespace: namespaceOf(resource),
    labels: object(at(template, "metadata", "labels")),
    spec: object(at(template, "spec")),
  };
}

export const namespaceOf = ({ props }: Resource): Value => at(props, "metadata", "namespace") ?? "default";

/** Every container of a pod, those that only prepare it among them. */
export const containersOf = ({ spec }: Pod): Properties[] =>
  [...list(spec.initContainers), ...list(spec.containers)].map(object);

/** Whether a label selector holds for labels. One without terms selects everything. */
export function selects(selector: Value, labels: Properties): boolean {
  const { matchLabels, matchExpressions } = object(selector);
  const expressions = list(matchExpressions).map(object);
  return (
    Object.entries(object(matchLabels)).every(([name, value]) => labels[name] === value) &&
    expressions.every((expression) => satisfies(expression, labels))
  );
}

function satisfies({ key, operator, values }: Properties, labels: Properties): boolean {
  const label = labels[word(key)];
  switch (operator) {
    case "In":
      return label !== undefined && list(values).includes(label);
    case "NotIn":
      return label === undefined || !list(values).includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return false;
  }
}
