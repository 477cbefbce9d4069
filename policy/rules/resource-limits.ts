import { containersOf, podOf } from "../pods.js";
import { at, isContainer, type Properties, type Resource, word } from "../resource.js";
import type { ResourceRule } from "../rule.js";

export const resourceLimits: ResourceRule = {
  name: "resource-limits",
  description: "No container can take more of its machine than it was given.",
  cure: "Give it limits: a size profile in o2cqrs:kubernetes, or `memory` and `cpus` in o2cqrs:docker.",
  check: (resource) =>
    isContainer(resource) ? ofContainer(resource) : podOf(resource) ? ofPod(resource) : [],
};

const missing = (what: readonly (readonly [string, unknown])[]): string[] =>
  what.filter(([, value]) => value === undefined || value === 0 || value === "").map(([name]) => name);

function ofContainer({ props }: Resource): string[] {
  // One that only carries files to a volume takes nothing.
  if (props.start === false) return [];
  return missing([
    ["memory", props.memory],
    // Without it the daemon adds as much swap again.
    ["memorySwap", props.memorySwap],
    ["cpus", props.cpus],
  ]).map((name) => `the container has no ${name}`);
}

function ofPod(resource: Resource): string[] {
  const pod = podOf(resource);
  return pod === undefined ? [] : containersOf(pod).flatMap(ofPodsContainer);
}

const ofPodsContainer = ({ name, resources }: Properties): string[] =>
  missing([
    ["request of cpu", at(resources, "requests", "cpu")],
    ["request of memory", at(resources, "requests", "memory")],
    ["limit of cpu", at(resources, "limits", "cpu")],
    ["limit of memory", at(resources, "limits", "memory")],
  ]).map((what) => `container ${word(name)} has no ${what}`);
