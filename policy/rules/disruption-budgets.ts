import { namespaceOf, podOf, selects } from "../pods.js";
import { at, kubernetesKind, object, type Resource } from "../resource.js";
import type { StackRule, StackViolation } from "../rule.js";

export const disruptionBudgets: StackRule = {
  name: "disruption-budgets",
  description: "Where there are several pods, a node that is drained takes one of them at a time.",
  cure: "Add a PodDisruptionBudget with `maxUnavailable: 1` that selects the workload's pods.",
  checkAll: (resources) => {
    const budgets = resources.filter((resource) => kubernetesKind(resource) === "PodDisruptionBudget");
    return resources.flatMap((workload) => violations(workload, budgets));
  },
};

function violations(workload: Resource, budgets: readonly Resource[]): StackViolation[] {
  const kind = kubernetesKind(workload);
  const pod = kind === "Deployment" || kind === "StatefulSet" ? podOf(workload) : undefined;
  // Left out, an autoscaler decides, and there are more than one.
  const replicas = at(workload.props, "spec", "replicas") ?? Infinity;
  if (pod === undefined || typeof replicas !== "number" || replicas < 2) return [];
  const own = budgets.filter(
    (budget) =>
      namespaceOf(budget) === pod.namespace && selects(at(budget.props, "spec", "selector"), pod.labels),
  );
  if (own.length === 0) return [{ resource: workload, message: `no budget covers the ${kind ?? ""}'s pods` }];
  // The eviction API refuses pods that two budgets select.
  if (own.length > 1) return [{ resource: workload, message: "two budgets select the same pods" }];
  return own
    .filter((budget) => allowsNone(budget, replicas))
    .map((resource) => ({ resource, message: "the budget lets no pod go, so that no node can be drained" }));
}

function allowsNone({ props }: Resource, replicas: number): boolean {
  const { maxUnavailable, minAvailable } = object(props.spec);
  return (
    maxUnavailable === 0 ||
    maxUnavailable === "0%" ||
    minAvailable === "100%" ||
    (typeof minAvailable === "number" && minAvailable >= replicas)
  );
}
