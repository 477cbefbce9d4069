import { isKind, list, unknown, word } from "../resource.js";
import type { StackRule } from "../rule.js";

export const alertsHaveDestinations: StackRule = {
  name: "alerts-have-destinations",
  description: "Somebody is told of every alert.",
  cure: "Give the stack a receiver, such as: pulumi config set --secret o2cqrs:webhookUrl.",
  checkAll: (resources) => {
    const known = resources
      .filter((resource) => isKind(resource, "AlertDestination"))
      .map(({ props }) => props.name);
    return resources
      .filter((resource) => isKind(resource, "Alert"))
      .flatMap((resource) => {
        const { destinations, enabled } = resource.props;
        if (destinations === unknown) return [];
        const named = list(destinations);
        const strange = named.filter(
          (name) => name !== unknown && !known.includes(name) && !known.includes(unknown),
        );
        return [
          ...(named.length === 0 ? ["the alert tells nobody"] : []),
          ...(enabled === false ? ["the alert is switched off"] : []),
          ...strange.map((name) => `the stack has no destination ${word(name)}`),
        ].map((message) => ({ resource, message }));
      });
  },
};
