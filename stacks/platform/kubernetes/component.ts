import {
  ComponentResource,
  type ComponentResourceOptions,
  output,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import type { DeployedPlatform, PlatformSecrets, SendingAccount, WhereToLook } from "../platform.js";
import { publicUrl } from "../public-url.js";
import { Alertmanager } from "./alertmanager.js";
import { Backup } from "./backup.js";
import { Compactor } from "./compactor.js";
import { Foundation } from "./foundation.js";
import { Gateway, sendingAccount } from "./gateway.js";
import { Ingester } from "./ingester.js";
import { Ingress } from "./ingress.js";
import { Nats } from "./nats.js";
import { NetworkPolicies } from "./network-policies.js";
import { ObjectStore } from "./object-store.js";
import { type KubernetesOptions, kubernetesOptions, type Options } from "./options.js";
import { Postgres } from "./postgres.js";
import { Querier } from "./querier.js";
import { Router } from "./router.js";
import { SecretStore } from "./secret-store.js";
import { ServiceMonitor } from "./service-monitor.js";
import { whereToLook } from "./where-to-look.js";

export interface KubernetesPlatformArgs {
  readonly options?: KubernetesOptions;
  readonly secrets: PlatformSecrets;
}

/**
 * OpenObserve, highly available, on Kubernetes: each role a workload of its own, behind the gateway and an
 * ingress with TLS. Which cluster is Pulumi's own config: `kubernetes:context`, `kubernetes:kubeconfig`.
 *
 * A new release goes through the roles in the order of this constructor, each ready before the next begins:
 * what works in the background, then searches, then ingesters one by one, then the router that uses them all.
 *
 * @example
 * const platform = new KubernetesPlatform("platform", {
 *   options: { size: "medium", host: "observe.example.com", storage: { bucket: "telemetry" } },
 *   secrets: { rootPassword, ingestToken, postgresUrl, s3AccessKey, s3SecretKey, tlsCertificate, tlsKey },
 * });
 */
export class KubernetesPlatform extends ComponentResource implements DeployedPlatform {
  declare readonly url: Output<string>;
  readonly ready: readonly Resource[];
  readonly whereToLook: WhereToLook;
  readonly #options: Options;
  readonly #foundation: Foundation;

  constructor(name: string, args: KubernetesPlatformArgs, resourceOptions?: ComponentResourceOptions) {
    super("o2cqrs:platform:Kubernetes", name, {}, resourceOptions);
    const options = kubernetesOptions.parse(args.options ?? {});
    const own = { parent: this };
    const part = (after: readonly { readonly resources: readonly Resource[] }[]) => ({
      options,
      after: after.flatMap(({ resources }) => resources),
    });

    const foundation = new Foundation({ options }, own);
    const policies = new NetworkPolicies(part([foundation]), own);
    const secrets = new SecretStore({ ...part([foundation]), secrets: args.secrets }, own);
    const base = [policies, secrets];
    const stores = [
      new Postgres(part(base), own),
      new ObjectStore(part(base), own),
      new Nats(part(base), own),
    ];
    // One after the other too: what is wrong with a release is told once.
    const compactor = new Compactor(part([...base, ...stores]), own);
    const alertmanager = new Alertmanager(part([compactor]), own);
    const querier = new Querier(part([alertmanager]), own);
    const ingester = new Ingester(part([querier]), own);
    const router = new Router(part([ingester]), own);
    const gateway = new Gateway(part([router]), own);
    const ingress = new Ingress(part([gateway]), own);
    new Backup(part([...base, ...stores]), own);
    new ServiceMonitor(part([foundation]), own);

    this.#options = options;
    this.#foundation = foundation;
    this.ready = ingress.resources;
    this.whereToLook = whereToLook(options);
    this.url = output(publicUrl(options));
    this.registerOutputs({ url: this.url });
  }

  sendAs(account: SendingAccount): void {
    sendingAccount(this.#options, account, this.#foundation.resources, this);
  }
}
