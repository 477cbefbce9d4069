import { type EventListener } from "../events.js";
import { type ConfigOverride } from "../project/config.js";
import { type ProviderCall } from "../provider/calls.js";

export interface EngineOptions {
  /** The folder of Pulumi.yaml. */
  readonly projectDir: string;
  /** The stack's name; its configuration is Pulumi.<stack>.yaml. */
  readonly stack: string;
  /** Where states are kept, `<stateDir>/<project>/<stack>.json`. Default: `.o2cqrs/state` in the project. */
  readonly stateDir?: string;
  /** Opens and seals the secrets. Default: PULUMI_CONFIG_PASSPHRASE, or the file PULUMI_CONFIG_PASSPHRASE_FILE names. */
  readonly passphrase?: string;
  /** Configuration over what the files say; a key without a namespace is the project's. */
  readonly config?: Readonly<Record<string, ConfigOverride>>;
  /** Environment of the program and the providers, over that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told everything that happens, in order. */
  readonly onEvent?: EventListener;
  /** How many resources are worked on at a time. Default: 16. */
  readonly parallel?: number;
  /** Restricts runs to these URNs; `*` stands for anything within a part of a URN, `**` for anything. */
  readonly targets?: readonly string[];
  /** Includes what depends on the targets. Default: false. */
  readonly targetDependents?: boolean;
  /** URNs to replace though nothing about them changed. */
  readonly replace?: readonly string[];
  /** Aborted (first Ctrl-C): what runs is finished, nothing new is started, and the run ends as cancelled. */
  readonly signal?: AbortSignal;
  /** Aborted (second Ctrl-C): program and providers are ended at once; what they were doing stays on record as pending. */
  readonly killSignal?: AbortSignal;
  /** The organization the program sees. Default: `organization`, as with Pulumi's own file backend. */
  readonly organization?: string;
  /** Told every exchange with a provider, secrets in plaintext; for tests and debugging. */
  readonly onProviderCall?: (call: ProviderCall) => void;
}

export interface UpOptions {
  /** Runs a preview first, and stops if it fails. Default: false. */
  readonly previewFirst?: boolean;
}

export interface RefreshOptions {
  /** Forgets creations that an earlier run left unfinished. Default: false. */
  readonly clearPendingCreates?: boolean;
}
