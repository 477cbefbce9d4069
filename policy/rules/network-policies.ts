import { namespaceOf, type Pod, podOf, selects } from "../pods.js";
import { at, kubernetesKind, list, object, type Resource, unknown } from "../resource.js";
import type { StackRule } from "../rule.js";

const directions = ["Ingress", "Egress"] as const;

export const networkPolicies: StackRule = {
  name: "network-policies",
  description: "Pods reach, and are reached by, only those that a network policy names.",
  cure: "Add a NetworkPolicy to the namespace that selects every pod and allows nothing.",
  checkAll: (resources) => {
    const policies = resources.filter((resource) => kubernetesKind(resource) === "NetworkPolicy");
    return resources.flatMap((resource) => {
      const pod = podOf(resource);
      if (pod === undefined || pod.namespace === unknown) return [];
      const own = policies.filter((policy) => applies(policy, pod));
      const open = directions.filter((direction) => !own.some((policy) => governs(policy, direction)));
      const everything = own.filter(allowsEverything);
      return [
        ...open.map((direction) => ({
          resource,
          message: direction === "Ingress" ? "anybody may reach its pods" : "its pods may reach anything",
        })),
        ...everything.map((policy) => ({
          resource: policy,
          message: "the policy has a rule without a peer, which allows everyone",
        })),
      ];
    });
  },
};

const applies = (policy: Resource, pod: Pod): boolean =>
  namespaceOf(policy) === pod.namespace && selects(at(policy.props, "spec", "podSelector"), pod.labels);

const governs = ({ props }: Resource, direction: string): boolean =>
  list(at(props, "spec", "policyTypes")).includes(direction);

function allowsEverything({ props }: Resource): boolean {
  const { ingress, egress } = object(props.spec);
  return (
    list(ingress).some((rule) => list(object(rule).from).length === 0) ||
    list(egress).some((rule) => list(object(rule).to).length === 0)
  );
}
