import type { OpenObserve } from "@o2cqrs/providers/client";
import type { Snapshot } from "../../local/engine/state/serialize.js";

/** What a server has, by kind: names that people know, duplicates included, in order. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

interface Found {
  readonly names: Inventory;
  /** Ids that the server made. */
  readonly ids: readonly string[];
}

/** Lists every object on the server that a deploy could have made. */
export async function takeInventory(server: OpenObserve): Promise<Found> {
  const [
    streams,
    functions,
    pipelines,
    templates,
    destinations,
    alerts,
    dashboardFolders,
    alertFolders,
    accounts,
  ] = await Promise.all([
    server.streams.list(),
    server.functions.list(),
    server.pipelines.list(),
    server.alertTemplates.list(),
    server.alertDestinations.list(),
    server.alerts.list(),
    server.folders.list("dashboards"),
    server.folders.list("alerts"),
    server.serviceAccounts.list(),
  ]);
  const dashboards = (
    await Promise.all(dashboardFolders.map(({ folderId }) => server.dashboards.list(folderId)))
  ).flat();
  const names = {
    streams: streams
      .filter(({ stream_type: type }) => type !== "metadata")
      .map(({ stream_type: type, name }) => `${type}/${name}`),
    functions: functions.map(({ name }) => name),
    pipelines: pipelines.map(({ name }) => name),
    templates: templates.map(({ name }) => name).filter((name) => !isBuiltIn(name)),
    destinations: destinations.map(({ name }) => name).filter((name) => !isBuiltIn(name)),
    alerts: alerts.map(({ name }) => name),
    folders: [
      ...dashboardFolders.map(({ name }) => `dashboards/${name}`),
      ...alertFolders.map(({ name }) => `alerts/${name}`),
    ],
    dashboards: dashboards.map(({ content }) => content.title),
    accounts: accounts.map(({ email }) => email),
  };
  return {
    names: Object.fromEntries(Object.entries(names).map(([kind, list]) => [kind, [...list].sort()])),
    ids: [
      ...pipelines.map(({ pipeline_id: id }) => id),
      ...alerts.map(({ alert_id: id }) => id),
      ...dashboards.map(({ id }) => id),
    ],
  };
}

const isBuiltIn = (name: string): boolean => name.startsWith("prebuilt_");

/** What is wrong with a server and a state after a run that should have ended well; empty when nothing is. */
export function differences(expected: Inventory, found: Found, snapshot: Snapshot): string[] {
  const { resources, pendingOperations } = snapshot;
  const known = new Set(resources.map(({ id }) => id));
  return [
    ...Object.entries(expected).flatMap(([kind, names]) => differing(kind, names, found.names[kind] ?? [])),
    ...found.ids.filter((id) => !known.has(id)).map((id) => `the state does not know ${id}`),
    ...pendingOperations.map(({ type, resource }) => `still ${type} ${resource.urn}`),
    ...resources
      .filter((state) => state.delete || state.pendingReplacement || state.initErrors.length > 0)
      .map(({ urn }) => `${urn} is left half-done`),
  ];
}

function differing(kind: string, expected: readonly string[], found: readonly string[]): string[] {
  if (JSON.stringify(expected) === JSON.stringify(found)) return [];
  const count = (list: readonly string[], name: string) => list.filter((other) => other === name).length;
  return [...new Set([...expected, ...found])]
    .filter((name) => count(expected, name) !== count(found, name))
    .map((name) => `${kind}: ${count(found, name)} of ${name} instead of ${count(expected, name)}`);
}
