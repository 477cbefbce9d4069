import { resourceAttributes } from "@o2cqrs/contract";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { type ServiceIdentity } from "../env/identity.js";

/** The identity as an OpenTelemetry resource, under the contract's names. */
export function resourceOf(identity: ServiceIdentity): Resource {
  const keys = Object.keys(resourceAttributes) as (keyof typeof resourceAttributes)[];
  return resourceFromAttributes(
    Object.fromEntries(keys.map((key) => [resourceAttributes[key], identity[key]])),
  );
}
