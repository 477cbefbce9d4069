import type { Resource } from "@pulumi/pulumi";
import { type Access, accessTable, type Outsider, outsiders } from "./access.js";
import type { Manifest, networking } from "./manifest.js";
import { type Component, metadataOf, nameOf, platformLabels, platformSelector, selectorOf } from "./names.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";

type Peer = networking.v1.NetworkPolicyPeer;

const inNamespace = (namespace: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
});

/** Addresses at which a cloud answers the pods of a node itself. */
const identityAddresses = ["169.254.169.254/32", "169.254.170.23/32", "169.254.169.252/32"];
const nodeLocalDns = "169.254.20.10/32";
const anywhere: Peer[] = [{ ipBlock: { cidr: "0.0.0.0/0" } }, { ipBlock: { cidr: "::/0" } }];

/** Where an outsider is found. */
const peersOf = (options: Options): Record<Outsider, Peer[]> => ({
  ingress: [inNamespace(options.ingress.namespace)],
  monitoring: [inNamespace(options.monitoring.namespace)],
  operator: [inNamespace(options.postgres.operatorNamespace)],
  dns: [inNamespace("kube-system"), { ipBlock: { cidr: nodeLocalDns } }],
  internet: anywhere,
  store: anywhere,
  database: anywhere,
  identity: identityAddresses.map((cidr) => ({ ipBlock: { cidr } })),
  api: anywhere,
});

/** Nothing may reach the pods and they may reach nothing, until another policy says so. */
const defaultDeny = (options: Options) =>
  ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace: options.namespace, labels: platformLabels },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  }) satisfies networking.v1.NetworkPolicy;

const allowDns = (options: Options) =>
  ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "allow-dns", namespace: options.namespace, labels: platformLabels },
    spec: {
      podSelector: { matchLabels: platformSelector },
      policyTypes: ["Egress"],
      egress: [
        {
          to: peersOf(options).dns,
          ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
          ],
        },
      ],
    },
  }) satisfies networking.v1.NetworkPolicy;

/** What the table says of one component. */
function componentPolicy(options: Options, component: Component, table: readonly Access[]) {
  const peers = peersOf(options);
  const peer = (party: Component | Outsider): Peer[] =>
    isOutsider(party) ? peers[party] : [{ podSelector: { matchLabels: selectorOf(party) } }];
  const tcp = (ports: readonly number[]) => ports.map((port) => ({ port, protocol: "TCP" }));
  const ingress = table
    .filter(({ to }) => to === component)
    .map(({ from, ports }) => ({ from: peer(from), ports: tcp(ports) }));
  const egress = table
    .filter(({ from }) => from === component)
    .map(({ to, ports }) => ({ to: peer(to), ports: tcp(ports) }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadataOf(component, options.namespace, nameOf(component)),
    spec: {
      podSelector: { matchLabels: selectorOf(component) },
      policyTypes: ["Ingress", "Egress"],
      ...(ingress.length > 0 && { ingress }),
      ...(egress.length > 0 && { egress }),
    },
  } satisfies networking.v1.NetworkPolicy;
}

const isOutsider = (party: Component | Outsider): party is Outsider =>
  (outsiders as readonly string[]).includes(party);

/** The table of who may talk to whom, as policies: one for each component that it names. */
export function networkPolicyManifests(options: Options): Manifest[] {
  const table = accessTable(options);
  const named = new Set(table.flatMap(({ from, to }) => [from, to]));
  const own = [...named].filter((party): party is Component => !isOutsider(party));
  return [
    defaultDeny(options),
    allowDns(options),
    ...own.map((component) => componentPolicy(options, component, table)),
  ];
}

export interface NetworkPoliciesArgs extends PartArgs {
  readonly options: Options;
}

export class NetworkPolicies extends Part {
  constructor(args: NetworkPoliciesArgs, options: { readonly parent: Resource }) {
    super("NetworkPolicies", networkPolicyManifests(args.options), args, options);
  }
}
