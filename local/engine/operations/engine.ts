import { NotDeployedError } from "../errors.js";
import { stackType } from "../urn.js";
import { type PropertyMap, type PropertyValue, withoutSecrets } from "../values/property.js";
import { redactMap } from "../values/text.js";
import { destroy } from "./destroy.js";
import { operate, type OperationResult } from "./operation.js";
import { type EngineOptions, type RefreshOptions, type UpOptions } from "./options.js";
import { refresh } from "./refresh.js";
import { openSession } from "./session.js";
import { update } from "./update.js";

/**
 * Deploys a Pulumi Node program without the Pulumi CLI: components and dynamic resources. Every operation
 * throws an `EngineError` for what is wrong before it begins (no project, wrong passphrase, stack locked), and
 * resolves with what happened otherwise, failures included.
 */
export interface Engine {
  /** Runs the program and says what `up` would do; changes nothing. */
  preview(): Promise<OperationResult>;
  /** Brings the stack to what the program wants. */
  up(options?: UpOptions): Promise<OperationResult>;
  /** Takes the real state of every resource into the state. */
  refresh(options?: RefreshOptions): Promise<OperationResult>;
  /** Deletes every resource. */
  destroy(): Promise<OperationResult>;
  /**
   * The outputs of the last update, secrets as `[secret]` unless asked for.
   * @throws NotDeployedError when the stack was never deployed
   */
  outputs(options?: { readonly showSecrets?: boolean }): Promise<Record<string, PropertyValue>>;
  /** The configuration that the program is given, by full key, secrets in plaintext. */
  config(): Promise<Readonly<Record<string, string>>>;
}

/** Makes an engine for one stack of one project. Nothing is read or started before an operation is. */
export function createEngine(options: EngineOptions): Engine {
  const preview = async (): Promise<OperationResult> =>
    operate(options, { action: "preview", dryRun: true, work: async (context) => update(options, context) });
  return {
    preview,
    async up({ previewFirst = false } = {}) {
      if (previewFirst) {
        const planned = await preview();
        if (!planned.ok) return planned;
      }
      return operate(options, {
        action: "update",
        dryRun: false,
        work: async (context) => update(options, context),
      });
    },
    async refresh(refreshOptions = {}) {
      return operate(options, {
        action: "refresh",
        dryRun: false,
        work: async (context) => refresh(context, refreshOptions),
      });
    },
    async destroy() {
      return operate(options, { action: "destroy", dryRun: false, work: destroy });
    },
    async outputs({ showSecrets = false } = {}) {
      const { snapshot } = await openSession(options);
      const stack = snapshot.resources.find(({ type }) => type === stackType);
      if (!stack)
        throw new NotDeployedError(`the stack '${options.stack}' has no outputs: it was never deployed`);
      // Without their secrets, a map's values are still a map.
      return showSecrets ? (withoutSecrets(stack.outputs) as PropertyMap) : redactMap(stack.outputs);
    },
    async config() {
      return (await openSession(options)).config.values;
    },
  };
}
