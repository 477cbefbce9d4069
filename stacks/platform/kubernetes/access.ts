import { type Component, ports, roles } from "./names.js";
import type { Options } from "./options.js";

/** Parties that are no component of ours. */
export const outsiders = [
  /** The ingress controller. */
  "ingress",
  /** Prometheus. */
  "monitoring",
  /** CloudNativePG. */
  "operator",
  "dns",
  /** Receivers of alerts and the object store, by https. */
  "internet",
  /** An object store of your own on another port. */
  "store",
  /** A PostgreSQL server of your own. */
  "database",
  /** The cloud's service that gives pods their identity. */
  "identity",
  /** The API server, which PostgreSQL's instances tell of themselves. */
  "api",
] as const;
export type Outsider = (typeof outsiders)[number];

/** Who may open connections to whom, on which TCP ports. */
export interface Access {
  readonly from: Component | Outsider;
  readonly to: Component | Outsider;
  readonly ports: readonly number[];
}

const servers = roles;
const node = [ports.http, ports.grpc];

/** All that is allowed; the network policies are this table and nothing more. */
export function accessTable(options: Options): Access[] {
  const operated = options.postgres.mode === "operator";
  const inside = options.storage.mode === "cluster";
  const storing = [...servers, "backup"] as const;
  const allow = (
    from: readonly (Component | Outsider)[],
    to: readonly (Component | Outsider)[],
    allowed: readonly number[],
  ): Access[] => from.flatMap((one) => to.map((other) => ({ from: one, to: other, ports: allowed })));
  return [
    ...allow(["ingress"], ["gateway"], [ports.gateway]),
    ...allow(["gateway"], ["router"], [ports.http]),
    // Requests go on to whoever answers them; searches, and news of files, go between the nodes.
    ...allow(["router"], ["ingester", "querier", "alertmanager", "compactor"], node),
    ...allow(["querier"], ["querier", "ingester"], node),
    ...allow(["ingester"], ["querier"], node),
    ...allow(["alertmanager"], ["querier", "ingester"], node),
    ...allow(["compactor"], ["querier"], node),
    ...allow(servers, ["nats"], [ports.nats]),
    ...allow(["nats"], ["nats"], [ports.natsRoutes]),
    ...allow([...servers, "backup"], [operated ? "postgres" : "database"], [databasePort(options)]),
    ...allow(storing, [inside ? "object-store" : "store"], [storePort(options)]),
    // Alerts and their tests, and pipelines to other servers.
    ...allow(["router", "ingester", "querier", "alertmanager"], ["internet"], [443, 465, 587]),
    ...(options.storage.access === "identity"
      ? [...allow(storing, ["identity"], [80, 988]), ...allow(["compactor", "backup"], ["internet"], [443])]
      : []),
    ...(operated
      ? [
          ...allow(["postgres"], ["postgres"], [ports.postgres, postgresStatus]),
          ...allow(["operator"], ["postgres"], [ports.postgres, postgresStatus]),
          ...allow(["postgres"], ["api"], [443, 6443]),
        ]
      : []),
    ...(options.monitoring.enabled ? allow(["monitoring"], servers, [ports.http]) : []),
  ];
}

/** Where the operator asks an instance how it is. */
const postgresStatus = 8000;

const databasePort = ({ postgres }: Options): number =>
  postgres.mode === "operator" ? ports.postgres : postgres.port;

function storePort({ storage }: Options): number {
  if (storage.mode === "cluster") return ports.objectStore;
  if (storage.endpoint === undefined) return 443;
  const { port, protocol } = new URL(storage.endpoint);
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}
