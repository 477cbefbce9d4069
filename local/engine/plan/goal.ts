import {
  type CustomTimeouts,
  type ResourceState,
  type StackFrame,
  newState,
} from "../state/resource-state.js";
import { type Urn } from "../urn.js";
import { type PropertyMap, type PropertyValue } from "../values/property.js";

/** Another identity a resource may have had: a whole URN, or the parts that differ from the present one. */
export interface Alias {
  readonly urn: Urn;
  readonly name: string;
  readonly type: string;
  readonly stack: string;
  readonly project: string;
  readonly parent: Urn;
  readonly noParent: boolean;
}

/** What the program wants of one resource. */
export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly properties: PropertyMap;
  readonly parent: Urn;
  /** `<urn>::<id>` of the provider resource; empty for components and providers. */
  readonly provider: string;
  readonly dependencies: readonly Urn[];
  readonly propertyDependencies: Readonly<Record<string, readonly Urn[]>>;
  readonly protect: boolean | undefined;
  readonly retainOnDelete: boolean | undefined;
  readonly deletedWith: Urn;
  readonly replaceWith: readonly Urn[];
  readonly deleteBeforeReplace: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly replacementTrigger: PropertyValue;
  readonly additionalSecretOutputs: readonly string[];
  readonly aliases: readonly Alias[];
  readonly importId: string;
  readonly customTimeouts: CustomTimeouts | undefined;
  readonly sourcePosition: string;
  readonly stackTrace: readonly StackFrame[];
}

/** A goal with every option at its default. */
export function newGoal(fields: Partial<Goal> & Pick<Goal, "type" | "name" | "custom">): Goal {
  return {
    properties: {},
    parent: "",
    provider: "",
    dependencies: [],
    propertyDependencies: {},
    protect: undefined,
    retainOnDelete: undefined,
    deletedWith: "",
    replaceWith: [],
    deleteBeforeReplace: undefined,
    ignoreChanges: [],
    replaceOnChanges: [],
    replacementTrigger: null,
    additionalSecretOutputs: [],
    aliases: [],
    importId: "",
    customTimeouts: undefined,
    sourcePosition: "",
    stackTrace: [],
    ...fields,
  };
}

/** The state a resource will have when its goal is reached, as far as it is known before. */
export function desiredState(
  goal: Goal,
  urn: Urn,
  old: ResourceState | undefined,
  alias: Urn,
): ResourceState {
  return newState({
    urn,
    type: goal.type,
    custom: goal.custom,
    inputs: goal.properties,
    parent: goal.parent,
    provider: goal.provider,
    dependencies: [...goal.dependencies],
    propertyDependencies: Object.fromEntries(
      Object.entries(goal.propertyDependencies).map(([name, urns]) => [name, [...urns]]),
    ),
    protect: goal.protect ?? false,
    retainOnDelete: goal.retainOnDelete ?? false,
    deletedWith: goal.deletedWith,
    replaceWith: [...goal.replaceWith],
    ignoreChanges: [...goal.ignoreChanges],
    replaceOnChanges: [...goal.replaceOnChanges],
    replacementTrigger: goal.replacementTrigger,
    additionalSecretOutputs: [...goal.additionalSecretOutputs],
    aliases: alias === "" ? [] : [alias],
    importId: goal.importId,
    customTimeouts: goal.customTimeouts,
    created: old?.created,
    modified: old?.modified,
    refreshBeforeUpdate: old?.refreshBeforeUpdate ?? false,
    sourcePosition: goal.sourcePosition,
    stackTrace: [...goal.stackTrace],
  });
}
