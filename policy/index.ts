/** The policy pack: `pulumi preview --policy-pack policy`. */
import { type Policies, PolicyPack } from "@pulumi/policy";
import { getStack, runtime } from "@pulumi/pulumi";
import { factsOf } from "./facts.js";
import type { Facts, Resource } from "./resource.js";
import type { Rule } from "./rule.js";
import { rules } from "./rules.js";
import { snapshot } from "./snapshot.js";

interface Given {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
}

const resourceOf = ({ type, name, props }: Given): Resource => ({ type, name, props: snapshot(props) });

function policyOf(rule: Rule, facts: () => Facts): Policies[number] {
  const described = { name: rule.name, description: `${rule.description} ${rule.cure}` };
  if ("check" in rule)
    return {
      ...described,
      validateResource: (args, report) => {
        for (const message of rule.check(resourceOf(args), facts())) report(message);
      },
    };
  return {
    ...described,
    validateStack: ({ resources }, report) => {
      for (const { resource, message } of rule.checkAll(resources.map(resourceOf), facts()))
        report(
          message,
          resources.find(({ type, name }) => type === resource.type && name === resource.name)?.urn,
        );
    },
  };
}

new PolicyPack("o2cqrs", {
  description: "What a stack must have before it may be deployed",
  enforcementLevel: "mandatory",
  policies: rules.map((rule) => policyOf(rule, () => factsOf(getStack(), runtime.allConfig()))),
});
