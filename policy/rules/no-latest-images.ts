import { containersOf, podOf } from "../pods.js";
import { at, isContainer, kubernetesKind, type Resource, type Value } from "../resource.js";
import type { ResourceRule } from "../rule.js";

export const noLatestImages: ResourceRule = {
  name: "no-latest-images",
  description: "Every image is named by its release or its digest.",
  cure: "Name a release: o2cqrs:version, or `images` in o2cqrs:docker or o2cqrs:kubernetes.",
  check: (resource) =>
    imagesOf(resource)
      .filter((image): image is string => typeof image === "string" && !isPinned(image))
      .map((image) => `image ${image} names no release`),
};

function imagesOf(resource: Resource): Value[] {
  if (isContainer(resource)) return [resource.props.image];
  // PostgreSQL as its operator's object describes it.
  if (kubernetesKind(resource) === "Cluster") return [at(resource.props, "spec", "imageName")];
  const pod = podOf(resource);
  return pod === undefined ? [] : containersOf(pod).map(({ image }) => image);
}

/** A digest, or a tag that is not `latest`. A colon before the last slash is the registry's port. */
export function isPinned(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const [, tag] = image.slice(image.lastIndexOf("/") + 1).split(":");
  return tag !== undefined && tag !== "" && tag !== "latest";
}
