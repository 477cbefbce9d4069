import { UnsupportedError } from "../errors.js";
import { type ResourceState } from "../state/resource-state.js";
import { dynamicPackage, packageOf, providerType, providerUrn, typeOf } from "../urn.js";
import { type PropertyMap } from "../values/property.js";
import { type ProviderCall } from "./calls.js";
import { ProviderClient } from "./client.js";
import { type ProviderProcess, startProvider, type ProviderProcessOptions } from "./process.js";

export interface RegistryOptions {
  /** Known once the engine listens. */
  readonly process: Omit<ProviderProcessOptions, "engineAddress">;
  readonly engineAddress: () => string;
  readonly onCall: ((call: ProviderCall) => void) | undefined;
}

/** The one provider of this engine: started when first needed, configured once per run. */
export class ProviderRegistry {
  #process: Promise<ProviderProcess> | undefined;
  #started: Promise<ProviderClient> | undefined;
  #configured: Promise<void> | undefined;

  constructor(private readonly options: RegistryOptions) {}

  /** Starts the process ahead of its first use, so that it gets ready while the program does. */
  warm(): void {
    // Whoever needs the provider is told why it did not start.
    this.#spawn().catch(() => undefined);
  }

  /** The provider, not configured. */
  async start(): Promise<ProviderClient> {
    return (this.#started ??= this.#start());
  }

  /** Configures the provider from its resource; later calls change nothing. */
  async configure(provider: Pick<ResourceState, "urn" | "id">, config: PropertyMap): Promise<ProviderClient> {
    const client = await this.start();
    this.#configured ??= client.configure(provider.urn, provider.id, config);
    await this.#configured;
    return client;
  }

  /**
   * The provider of a resource of the state, configured as it was when the state was written unless this run
   * has configured it already.
   * @throws UnsupportedError when the resource belongs to a package that only the Pulumi CLI can load
   */
  async forResource(resource: ResourceState, resources: readonly ResourceState[]): Promise<ProviderClient> {
    requireDynamic(packageOf(resource.type));
    if (this.#configured) {
      await this.#configured;
      return this.start();
    }
    const urn = providerUrn(resource.provider);
    const provider = resources.find((state) => state.urn === urn);
    return this.configure(provider ?? { urn, id: "" }, provider?.inputs ?? {});
  }

  /** Ends the provider in good order. */
  async close(): Promise<void> {
    const started = await this.#started?.catch(() => undefined);
    await started?.cancel().catch(() => undefined);
    started?.close();
    const process = await this.#process?.catch(() => undefined);
    process?.stop();
    await process?.exited;
  }

  /** Ends the provider at once, whatever it does. */
  async kill(): Promise<void> {
    const process = await this.#process?.catch(() => undefined);
    process?.stop();
  }

  async #spawn(): Promise<ProviderProcess> {
    const { engineAddress, process } = this.options;
    return (this.#process ??= startProvider({ ...process, engineAddress: engineAddress() }));
  }

  async #start(): Promise<ProviderClient> {
    const { engineAddress, process, onCall } = this.options;
    const client = new ProviderClient((await this.#spawn()).address, onCall);
    await client.handshake(engineAddress(), process.cwd);
    return client;
  }
}

/**
 * Refuses every package but the dynamic provider's.
 * @throws UnsupportedError
 */
export function requireDynamic(packageName: string): void {
  if (packageName === dynamicPackage) return;
  throw new UnsupportedError(
    `the embedded engine has no provider for the package '${packageName}': it runs components and ` +
      "dynamic resources only. Deploy this stack with the real Pulumi CLI (https://www.pulumi.com/docs/install/)",
  );
}

/** The type of the provider resource that dynamic resources belong to. */
export const dynamicProviderType = providerType(dynamicPackage);

/** Whether a state is the default provider's, which users neither wrote nor need to see. */
export function isDefaultProvider(state: Pick<ResourceState, "urn">): boolean {
  return typeOf(state.urn) === dynamicProviderType;
}
