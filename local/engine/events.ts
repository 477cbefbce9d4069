import { type Urn } from "./urn.js";
import { type PropertyMap } from "./values/property.js";

/** What is done to one resource; the names are those of Pulumi's engine. */
export type Operation =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "refresh"
  | "remove-pending-replace";

export type Severity = "debug" | "info" | "warning" | "error";

/** How one property changes. `replace` says that this change forces the replacement. */
export interface PropertyChange {
  readonly kind: "add" | "update" | "delete";
  readonly replace: boolean;
}

/** What a step is about. Properties may hold secrets: show them through `redact` of the display. */
export interface StepDescription {
  readonly operation: Operation;
  readonly urn: Urn;
  readonly type: string;
  readonly name: string;
  /** The resource's id, empty before it has one. */
  readonly id: string;
  /** Changed property paths (`rules[0].port`) and how each changes. */
  readonly diff: Readonly<Record<string, PropertyChange>>;
  /** Top-level properties that force a replacement. */
  readonly replaceKeys: readonly string[];
  readonly oldInputs: PropertyMap | undefined;
  readonly newInputs: PropertyMap | undefined;
  /** Options that change though no property does: `protect`, `retainOnDelete`, …. */
  readonly changedOptions: readonly string[];
}

/** How many resources each operation was done to; a replacement counts once, as `replace`. */
export type ChangeSummary = Partial<Record<Operation, number>>;

/** What the engine tells while it runs, in order. */
export type EngineEvent =
  | { readonly kind: "start"; readonly action: Action; readonly project: string; readonly stack: string }
  | { readonly kind: "step-start"; readonly step: StepDescription }
  | { readonly kind: "step-end"; readonly step: StepDescription; readonly seconds: number }
  | {
      readonly kind: "step-failed";
      readonly step: StepDescription;
      readonly seconds: number;
      readonly message: string;
    }
  | {
      readonly kind: "diagnostic";
      readonly severity: Severity;
      readonly message: string;
      /** The resource it is about; empty for the stack. */
      readonly urn: Urn;
      /** True for what the program itself printed. */
      readonly output: boolean;
      /** A passing message, of no interest later. */
      readonly ephemeral: boolean;
    }
  | {
      readonly kind: "outputs";
      readonly outputs: PropertyMap;
      readonly previous: PropertyMap;
    }
  | {
      readonly kind: "summary";
      readonly action: Action;
      readonly changes: ChangeSummary;
      /** Resources that failed, the stack among them when the run did. */
      readonly errored: number;
      readonly seconds: number;
      readonly ok: boolean;
      readonly cancelled: boolean;
    };

export type Action = "preview" | "update" | "refresh" | "destroy";

export type EventListener = (event: EngineEvent) => void;
