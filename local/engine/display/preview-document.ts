import { type ChangeSummary, type PropertyChange, type StepDescription } from "../events.js";
import { type OperationResult } from "../operations/operation.js";
import { type PropertyMap } from "../values/property.js";
import { redactMap } from "../values/text.js";

interface ResourceSummary {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  /** Secrets as `[secret]`, unknowns as `[unknown]`. */
  readonly inputs: PropertyMap;
}

/** What a run did or would do, in the shape of `pulumi preview --json`. */
export interface PreviewDocument {
  readonly steps: readonly {
    readonly op: string;
    readonly urn: string;
    readonly oldState?: ResourceSummary;
    readonly newState?: ResourceSummary;
    readonly diffReasons?: readonly string[];
    readonly replaceReasons?: readonly string[];
    readonly detailedDiff?: Readonly<Record<string, { readonly kind: string; readonly inputDiff: boolean }>>;
  }[];
  readonly diagnostics: readonly {
    readonly urn?: string;
    readonly severity: string;
    readonly message: string;
  }[];
  /** Nanoseconds. */
  readonly duration: number;
  readonly changeSummary: ChangeSummary;
}

/** Makes the document of a finished run. */
export function previewDocument(result: OperationResult): PreviewDocument {
  return {
    steps: result.steps.map(stepOf),
    diagnostics: result.diagnostics.map(({ urn, severity, message }) => ({
      ...(urn !== "" && { urn }),
      severity,
      message,
    })),
    duration: Math.round(result.seconds * 1e9),
    changeSummary: result.changes,
  };
}

function stepOf(step: StepDescription): PreviewDocument["steps"][number] {
  const { operation, urn, type, id, oldInputs, newInputs, diff, replaceKeys } = step;
  const summary = (inputs: PropertyMap): ResourceSummary => ({
    urn,
    type,
    ...(id !== "" && { id }),
    inputs: redactMap(inputs),
  });
  const paths = Object.entries(diff);
  return {
    op: operation,
    urn,
    ...(oldInputs && { oldState: summary(oldInputs) }),
    ...(newInputs && { newState: summary(newInputs) }),
    ...(paths.length > 0 && {
      diffReasons: [...new Set(paths.map(([path]) => path.split(/[.[]/)[0] ?? path))],
      detailedDiff: Object.fromEntries(
        paths.map(([path, change]) => [path, { kind: kindOf(change), inputDiff: true }]),
      ),
    }),
    ...(replaceKeys.length > 0 && { replaceReasons: replaceKeys }),
  };
}

function kindOf({ kind, replace }: PropertyChange): string {
  return replace ? `${kind}-replace` : kind;
}
