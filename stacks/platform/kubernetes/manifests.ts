import { alertmanagerManifests } from "./alertmanager.js";
import { backupManifests } from "./backup.js";
import { compactorManifests } from "./compactor.js";
import { foundationManifests } from "./foundation.js";
import { gatewayManifests } from "./gateway.js";
import { ingesterManifests } from "./ingester.js";
import { ingressManifests } from "./ingress.js";
import type { Manifest } from "./manifest.js";
import { natsManifests } from "./nats.js";
import { networkPolicyManifests } from "./network-policies.js";
import { objectStoreManifests } from "./object-store.js";
import { type KubernetesOptions, kubernetesOptions } from "./options.js";
import { postgresManifests } from "./postgres.js";
import { querierManifests } from "./querier.js";
import { routerManifests } from "./router.js";
import { externalSecretManifests } from "./secrets.js";
import { serviceMonitorManifests } from "./service-monitor.js";

/**
 * Every object of a deployment, in the order of its dependencies, but for the Secrets, whose values only the
 * deployment knows: `secretDefinitions` says what they must have.
 *
 * @throws ZodError when an option is out of its bounds
 */
export function kubernetesManifests(input: KubernetesOptions): Manifest[] {
  const options = kubernetesOptions.parse(input);
  return [
    foundationManifests,
    networkPolicyManifests,
    externalSecretManifests,
    postgresManifests,
    objectStoreManifests,
    natsManifests,
    compactorManifests,
    alertmanagerManifests,
    querierManifests,
    ingesterManifests,
    routerManifests,
    gatewayManifests,
    ingressManifests,
    backupManifests,
    serviceMonitorManifests,
  ].flatMap((manifestsOf) => manifestsOf(options));
}
