import { accessTable, type Outsider, outsiders } from "../../../../stacks/platform/kubernetes/access.js";
import { type Component, components, selectorOf } from "../../../../stacks/platform/kubernetes/names.js";
import { networkPolicyManifests } from "../../../../stacks/platform/kubernetes/network-policies.js";
import { type KubernetesOptions, kubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";
import { ofKind, type PolicySpec, profiles } from "./support.js";

/**
 * NetworkPolicies by their own rules: a pod that some policy selects may be reached by what the rules of all
 * policies that select it name, and by nothing else; the same outwards.
 */
function selects(selector: PolicySpec["podSelector"], labels: Record<string, string>): boolean {
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

function allows(
  policies: readonly { readonly spec: PolicySpec }[],
  direction: "ingress" | "egress",
  own: Component,
  other: Component,
  port: number,
): boolean {
  const type = direction === "ingress" ? "Ingress" : "Egress";
  const peers = direction === "ingress" ? "from" : "to";
  const applying = policies.filter(
    ({ spec }) => spec.policyTypes.includes(type) && selects(spec.podSelector, selectorOf(own)),
  );
  if (applying.length === 0) return true;
  return applying.some(({ spec }) =>
    (spec[direction] ?? []).some(
      (rule) =>
        rule.ports.some((each) => each.port === port && each.protocol === "TCP") &&
        (rule[peers] ?? []).some(
          (peer) => peer.podSelector !== undefined && selects(peer.podSelector, selectorOf(other)),
        ),
    ),
  );
}

const isOutsider = (party: Component | Outsider) => (outsiders as readonly string[]).includes(party);

const variants: readonly (readonly [string, KubernetesOptions])[] = [
  ["default", {}],
  ["everything on", profiles.everything],
];

describe.each(variants)("network policies, %s", (_, input) => {
  const options = kubernetesOptions.parse(input);
  const table = accessTable(options);
  const policies = ofKind(networkPolicyManifests(options), "NetworkPolicy");
  const everyPort = [...new Set(table.flatMap(({ ports }) => ports))];

  it("refuse everything to everyone first", () => {
    expect(policies[0]).toMatchObject({
      metadata: { name: "default-deny" },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    expect(policies[0]!.spec).not.toHaveProperty("ingress");
  });

  it("allow between any two components exactly what the table says, on every port", () => {
    const difference: string[] = [];
    for (const from of components)
      for (const to of components)
        for (const port of everyPort) {
          const said = table.some(
            (access) => access.from === from && access.to === to && access.ports.includes(port),
          );
          const allowed =
            allows(policies, "egress", from, to, port) && allows(policies, "ingress", to, from, port);
          if (said !== allowed) difference.push(`${from} to ${to} on ${port}: ${allowed}`);
        }
    expect(difference).toEqual([]);
  });

  it("let only the ingress controller, Prometheus and the operator in from outside", () => {
    const from = new Set(table.filter((access) => isOutsider(access.from)).map((access) => access.from));
    const allowed: Outsider[] =
      input === profiles.everything ? ["ingress", "operator", "monitoring"] : ["ingress"];
    expect([...from]).toEqual(allowed);
  });

  it("keep the gateway and NATS from reaching anything outside the cluster", () => {
    for (const own of ["gateway", "nats"] as const)
      expect(table.filter(({ from, to }) => from === own && isOutsider(to))).toEqual([]);
  });
});
