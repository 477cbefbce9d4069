import type { Reference } from "./api.js";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Facts of the object that only the server can know. */
const servers = [
  /^metadata\.(uid|resourceVersion|generation|creationTimestamp|managedFields)$/,
  /^status\./,
  // Marks of the namespace's controller and of the object's name, and counters of a rollout.
  /^spec\.finalizers$/,
  /^metadata\.finalizers$/,
  /^metadata\.labels\.kubernetes\.io\/metadata\.name$/,
  /^metadata\.annotations\.deployment\.kubernetes\.io\/revision$/,
  // Addresses out of the cluster's range, in the families that the cluster has.
  /^spec\.(clusterIP|clusterIPs|ipFamilies|ipFamilyPolicy)$/,
  // Claims have a status of their own inside their template.
  /^spec\.volumeClaimTemplates\[\d+\]\.status\./,
  // The older name of `serviceAccountName`.
  /\.spec\.serviceAccount$/,
];

/** Each path at which an object reads back otherwise than it was written, and is not the server's to decide. */
export function filledIn(written: Reference, live: Reference): string[] {
  return [...differences(written, live, "")]
    .filter((path) => !servers.some((pattern) => pattern.test(path.split(" ")[0] ?? "")))
    .map((path) => `${written.kind}/${written.metadata.name} ${path}`);
}

const textOf = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));

function* differences(written: unknown, live: unknown, path: string): Generator<string> {
  const said = written ?? {};
  if (isObject(said) && isObject(live)) {
    const under = (key: string) => (path === "" ? key : `${path}.${key}`);
    for (const key of new Set([...Object.keys(said), ...Object.keys(live)]))
      yield* differences(said[key], live[key], under(key));
  } else if (Array.isArray(written) && Array.isArray(live) && written.length === live.length) {
    for (const [index, item] of written.entries()) yield* differences(item, live[index], `${path}[${index}]`);
  } else if (JSON.stringify(written) !== JSON.stringify(live)) {
    yield `${path} ${textOf(written)} → ${textOf(live)}`;
  }
}
