import { imageName } from "../docker/images.js";
import { output, type Resource, secret } from "@pulumi/pulumi";
import { accountFile, gatewayAccountFile, gatewayScript, tokensFile } from "../gateway/credentials.js";
import { nginxConfig } from "../gateway/nginx.js";
import { routerAddress } from "./addresses.js";
import { autoscaler } from "./autoscalers.js";
import { budget } from "./budgets.js";
import { contentDigest } from "./content-digest.js";
import type { apps, core, Manifest } from "./manifest.js";
import { metadataOf, nameOf, ports, selectorOf } from "./names.js";
import type { Options } from "./options.js";
import {
  configVolume,
  containerDefaults,
  containerSecurity,
  deploymentDefaults,
  httpProbe,
  identity,
  optionalSecretVolume,
  placement,
  podDefaults,
  podSecurity,
  port,
  probeTimes,
  secretVolume,
  temporary,
  temporaryMount,
} from "./pod.js";
import { priorityName } from "./priorities.js";
import { Part, type PartArgs, register } from "./register.js";
import type { SendingAccount } from "../platform.js";
import { accountSecret, gatewaySecret } from "./secrets.js";
import { serviceAccount } from "./service-accounts.js";
import { service, servicePort } from "./services.js";
import { resourcesOf, sizes } from "./sizes.js";

/** User that the unprivileged image of nginx is made for. */
const nginxUser = 101;

const folder = "/etc/nginx/gateway";
const tokensFolder = "/etc/nginx/tokens";
const accountFolder = "/etc/nginx/account";

/** Seconds that nginx may take to finish requests, after those that its address takes to leave the Service. */
const lingerSeconds = 10;

/** The gateway in front of the router. TLS ends before it, at the ingress. */
export function gatewayManifests(options: Options): Manifest[] {
  const files = {
    "nginx.conf": nginxConfig({
      upstream: routerAddress,
      organization: options.organization,
      port: ports.gateway,
      script: `${folder}/gateway.js`,
      // The network policies let in the ingress controller alone.
      behindProxy: true,
      ...options.limits,
    }),
    "gateway.js": gatewayScript({
      tokens: `${tokensFolder}/${tokensFile}`,
      account: `${accountFolder}/${accountFile}`,
    }),
  };
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataOf("gateway", options.namespace),
    data: files,
  } satisfies core.v1.ConfigMap;
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf("gateway", options.namespace),
    spec: {
      ...deploymentDefaults,
      replicas: sizes[options.size].gateway.replicas,
      minReadySeconds: 5,
      selector: { matchLabels: selectorOf("gateway") },
      template: {
        metadata: {
          labels: selectorOf("gateway"),
          annotations: { "o2cqrs/configuration": contentDigest(...Object.values(files)) },
        },
        spec: {
          ...podDefaults,
          ...identity("gateway"),
          ...placement(options, "gateway", { keepsData: false }),
          securityContext: podSecurity(nginxUser),
          priorityClassName: priorityName(options, "serving"),
          terminationGracePeriodSeconds: 150,
          containers: [
            {
              ...containerDefaults,
              name: "nginx",
              image: imageName(options.images.gateway),
              command: ["nginx", "-c", `${folder}/nginx.conf`, "-e", "stderr"],
              securityContext: containerSecurity,
              ports: [port("http", ports.gateway)],
              resources: resourcesOf(sizes[options.size].gateway),
              startupProbe: { ...tcpProbe, ...probeTimes.startup },
              // A router that does not answer must not restart every gateway.
              livenessProbe: { ...tcpProbe, ...probeTimes.liveness },
              readinessProbe: httpProbe("/healthz", "http", probeTimes.readiness),
              lifecycle: {
                preStop: {
                  exec: {
                    command: [
                      "sh",
                      "-c",
                      `sleep ${lingerSeconds}; nginx -s quit -c ${folder}/nginx.conf -e stderr`,
                    ],
                  },
                },
              },
              volumeMounts: [
                { name: "config", mountPath: folder, readOnly: true },
                { name: "tokens", mountPath: tokensFolder, readOnly: true },
                { name: "account", mountPath: accountFolder, readOnly: true },
                temporaryMount,
              ],
            },
          ],
          volumes: [
            temporary,
            configVolume("config", nameOf("gateway")),
            // Read at every request: a rotated token needs no restart.
            secretVolume("tokens", gatewaySecret),
            // Made on the server, so later than these pods: see `sendingAccount`.
            optionalSecretVolume("account", accountSecret),
          ],
        },
      },
    },
  } satisfies apps.v1.Deployment;
  return [
    serviceAccount(options, "gateway"),
    budget(options, "gateway"),
    configMap,
    deployment,
    service(options, "gateway", { ports: [servicePort("http", ports.gateway)] }),
    autoscaler(options, "gateway"),
  ];
}

const tcpProbe = {
  tcpSocket: { port: "http" },
  timeoutSeconds: 4,
  successThreshold: 1,
};

export interface GatewayArgs extends PartArgs {
  readonly options: Options;
}

export class Gateway extends Part {
  constructor(args: GatewayArgs, options: { readonly parent: Resource }) {
    super("Gateway", gatewayManifests(args.options), args, options);
  }
}

/**
 * The account that the gateway sends as, for its pods to read. With External Secrets too it is the deployment that
 * writes it: it is the deployment that makes the account.
 */
export function sendingAccount(
  options: Options,
  { email, token }: SendingAccount,
  after: readonly Resource[],
  parent: Resource,
): Resource {
  const file = secret(output(token)).apply((credential) => gatewayAccountFile({ user: email, credential }));
  const manifest = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadataOf("gateway", options.namespace, accountSecret),
    type: "Opaque",
    data: { [accountFile]: file.apply((text) => Buffer.from(text).toString("base64")) },
  };
  return register(manifest, { parent, dependsOn: [...after] });
}
