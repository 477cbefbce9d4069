import fc from "fast-check";

import { newState, type ResourceState } from "../../../../local/engine/state/resource-state.js";
import { type PropertyMap, type PropertyValue, Secret } from "../../../../local/engine/values/property.js";

const name = fc.stringMatching(/^[a-z][A-Za-z0-9_.$-]{0,8}$/).filter((text) => !(text in Object.prototype));

/** Any value a resource may have, secrets included. */
export const propertyValue: fc.Arbitrary<PropertyValue> = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    tie("value").map((value) => (value instanceof Secret ? value : new Secret(value))),
  ),
})).value;

/** Any properties of a resource. */
export const propertyMap: fc.Arbitrary<PropertyMap> = fc.dictionary(name, propertyValue, {
  maxKeys: 5,
  noNullPrototype: true,
});

/** URNs of a small graph, by index. */
export const urnAt = (index: number): string => `urn:pulumi:dev::p::t:m:T::r${index}`;

/** A state in dependency order: each resource needs some of those before it. */
export const resources: fc.Arbitrary<ResourceState[]> = fc
  .array(
    fc.tuple(
      fc.array(fc.nat(), { maxLength: 3 }),
      fc.option(fc.nat()),
      propertyMap,
      propertyMap,
      fc.boolean(),
    ),
    {
      maxLength: 12,
    },
  )
  .map((rows) =>
    rows.map(([needs, parent, inputs, outputs, flag], index) =>
      newState({
        urn: urnAt(index),
        type: "t:m:T",
        custom: true,
        id: `id${index}`,
        inputs,
        outputs,
        protect: flag,
        dependencies: index === 0 ? [] : [...new Set(needs.map((need) => urnAt(need % index)))],
        parent: index === 0 || parent === null ? "" : urnAt(parent % index),
      }),
    ),
  );
