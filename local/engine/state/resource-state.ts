import { type PropertyMap, type PropertyValue } from "../values/property.js";
import { providerUrn, type Urn } from "../urn.js";

/** Seconds a provider may take; 0 means its own default. */
export interface CustomTimeouts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly read: number;
}

export interface StackFrame {
  readonly sourcePosition?: string | undefined;
}

/** What the engine knows of one resource. The fields and their meaning are those of Pulumi's state format. */
export interface ResourceState {
  urn: Urn;
  type: string;
  /** Managed by a provider, as opposed to a component. */
  custom: boolean;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  parent: Urn;
  /** `<provider urn>::<provider id>`, empty for components and providers. */
  provider: string;
  dependencies: Urn[];
  propertyDependencies: Record<string, Urn[]>;
  /** Replaced, and waiting to be deleted. */
  delete: boolean;
  /** Deleted first by a delete-before-replace, and waiting to be created again. */
  pendingReplacement: boolean;
  /** Must be replaced by the next update. */
  taint: boolean;
  /** Read, not managed. */
  external: boolean;
  protect: boolean;
  retainOnDelete: boolean;
  deletedWith: Urn;
  replaceWith: Urn[];
  additionalSecretOutputs: string[];
  aliases: Urn[];
  initErrors: string[];
  customTimeouts: CustomTimeouts | undefined;
  importId: string;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  replacementTrigger: PropertyValue;
  refreshBeforeUpdate: boolean;
  created: string | undefined;
  modified: string | undefined;
  sourcePosition: string;
  stackTrace: StackFrame[];
  /** Fields of the format that this engine neither reads nor changes, kept for the next engine. */
  foreign: Record<string, unknown>;
}

/** A state with every field at its default. */
export function newState(
  fields: Partial<ResourceState> & Pick<ResourceState, "urn" | "type" | "custom">,
): ResourceState {
  return {
    id: "",
    inputs: {},
    outputs: {},
    parent: "",
    provider: "",
    dependencies: [],
    propertyDependencies: {},
    delete: false,
    pendingReplacement: false,
    taint: false,
    external: false,
    protect: false,
    retainOnDelete: false,
    deletedWith: "",
    replaceWith: [],
    additionalSecretOutputs: [],
    aliases: [],
    initErrors: [],
    customTimeouts: undefined,
    importId: "",
    ignoreChanges: [],
    replaceOnChanges: [],
    replacementTrigger: null,
    refreshBeforeUpdate: false,
    created: undefined,
    modified: undefined,
    sourcePosition: "",
    stackTrace: [],
    foreign: {},
    ...fields,
  };
}

/** Everything that must exist for as long as the resource does, duplicates included. */
export function requirementsOf(state: ResourceState): Urn[] {
  return [
    ...(state.provider === "" ? [] : [providerUrn(state.provider)]),
    ...(state.parent === "" ? [] : [state.parent]),
    ...state.dependencies,
    ...Object.values(state.propertyDependencies).flat(),
    ...(state.deletedWith === "" ? [] : [state.deletedWith]),
    ...state.replaceWith,
  ];
}

/** The state that an operation was working on when the engine stopped. */
export interface PendingOperation {
  readonly resource: ResourceState;
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
}
