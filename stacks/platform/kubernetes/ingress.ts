import type { Resource } from "@pulumi/pulumi";
import type { Manifest, networking } from "./manifest.js";
import { metadataOf, nameOf } from "./names.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";
import { tlsSecret } from "./secrets.js";

/**
 * The way in from outside, by TLS alone. Everything goes to the gateway, which answers for the paths that are
 * kept inside. It is not awaited: many controllers publish no address, and the configuration that is deployed
 * next asks for the server by this very way.
 */
export function ingressManifests(options: Options): Manifest[] {
  const { className, annotations, clusterIssuer } = options.ingress;
  const ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      ...metadataOf("gateway", options.namespace),
      annotations: {
        "pulumi.com/skipAwait": "true",
        ...(clusterIssuer !== undefined && { "cert-manager.io/cluster-issuer": clusterIssuer }),
        "nginx.ingress.kubernetes.io/force-ssl-redirect": "true",
        // The gateway's limit is to answer, with its JSON.
        "nginx.ingress.kubernetes.io/proxy-body-size": `${options.limits.maxBodyMegabytes + 1}m`,
        "nginx.ingress.kubernetes.io/proxy-read-timeout": "150",
        ...annotations,
      },
    },
    spec: {
      ingressClassName: className,
      tls: [{ hosts: [options.host], secretName: tlsSecret }],
      rules: [
        {
          host: options.host,
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: nameOf("gateway"), port: { name: "http" } } },
              },
            ],
          },
        },
      ],
    },
  } satisfies networking.v1.Ingress;
  return [ingress];
}

export interface IngressArgs extends PartArgs {
  readonly options: Options;
}

export class Ingress extends Part {
  constructor(args: IngressArgs, options: { readonly parent: Resource }) {
    super("Ingress", ingressManifests(args.options), args, options);
  }
}
