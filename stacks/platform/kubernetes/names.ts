/** Everything that runs, by the name that its objects, labels and network rules share. */
export const components = [
  "gateway",
  "router",
  "ingester",
  "querier",
  "compactor",
  "alertmanager",
  "nats",
  "postgres",
  "object-store",
  "backup",
] as const;
export type Component = (typeof components)[number];

/** The roles of OpenObserve, each a workload of its own. */
export const roles = ["router", "ingester", "querier", "compactor", "alertmanager"] as const;
export type Role = (typeof roles)[number];

/** Ports that the containers listen on. */
export const ports = {
  /** Above 1024: no container may bind a lower one. */
  gateway: 8080,
  http: 5080,
  grpc: 5081,
  nats: 4222,
  natsRoutes: 6222,
  natsMonitor: 8222,
  postgres: 5432,
  objectStore: 9000,
} as const;

/** Name of a component's objects. */
export const nameOf = (component: Component): string => `openobserve-${component}`;

const partOf = { "app.kubernetes.io/part-of": "openobserve" };

/** What selects the pods of a component; never changes, as selectors cannot. */
export const selectorOf = (component: Component) => ({
  ...partOf,
  "app.kubernetes.io/component": component,
});

/** What selects every pod of the platform. */
export const platformSelector = partOf;

/** Labels of a component's objects. */
export const labelsOf = (component: Component) => ({
  ...selectorOf(component),
  "app.kubernetes.io/managed-by": "pulumi",
});

/** Labels of objects that belong to no component. */
export const platformLabels = { ...partOf, "app.kubernetes.io/managed-by": "pulumi" };

/** Name, namespace and labels of a component's object. */
export const metadataOf = (component: Component, namespace: string, name = nameOf(component)) => ({
  name,
  namespace,
  labels: labelsOf(component),
});

/** What selects the pods of every role of the server. */
export const serverSelector = { ...partOf, "app.kubernetes.io/name": "openobserve" };
