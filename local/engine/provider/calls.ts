import { type PropertyMap } from "../values/property.js";

/** One exchange with a provider, for logs and tests. Properties hold secrets in plaintext. */
export interface ProviderCall {
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>> | undefined;
  readonly error: string | undefined;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface Checked {
  readonly inputs: PropertyMap;
  readonly failures: readonly CheckFailure[];
}

/** A provider's answer to diff. `undefined` changes mean that it cannot tell. */
export interface ProviderDiff {
  readonly changes: boolean | undefined;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly diffs: readonly string[];
}

export interface Created {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** What was read; an empty id says that the resource is gone. */
export interface ReadResult extends Created {
  /** Only when the provider says what the inputs are. */
  readonly inputs: PropertyMap | undefined;
}

/** A resource that exists but did not become healthy: it is kept in the state together with the reasons. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: PropertyMap,
    readonly reasons: readonly string[],
  ) {
    super(message);
  }
}

/** The parts of a resource that every call names. */
export interface Subject {
  readonly urn: string;
  readonly id: string;
}
