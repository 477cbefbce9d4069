import {
  alerts,
  type ChannelKind,
  channelKinds,
  maskRules,
  severities,
  severityRouting,
} from "@o2cqrs/contract";
import { configKeys, type ConfigKey } from "./config/index.js";
import { alertQuery } from "./cqrs/queries/alert-query.js";
import { accessTable } from "./platform/kubernetes/access.js";
import { type KubernetesOptions, kubernetesOptions } from "./platform/kubernetes/options.js";

/** Tables of the docs that say what the code says; a test holds the docs to them. */

/** A cell may hold no bar and no line break. */
const cell = (text: string): string => text.replace(/\|/g, "\\|").replace(/\s+/g, " ");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const code = (text: string): string => `\`${text}\``;

/** Every key of the stack's config. */
export function configTable(): string {
  const rows = Object.entries<ConfigKey>(configKeys).map(([name, key]) => {
    const parsed = key.schema.safeParse(undefined);
    const fallback = parsed.success && parsed.data !== undefined ? code(JSON.stringify(parsed.data)) : "";
    return [code(`o2cqrs:${name}`), key.type, fallback, key.secret === true ? "yes" : "", key.description];
  });
  return table(["key", "type", "default", "secret", "what it is"], rows);
}

/** Every alert. */
export function alertTable(): string {
  const urgent = Object.values(alerts).sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  );
  return table(
    ["alert", "severity", "fires when", "silence", "owner"],
    urgent.map((alert) => [
      `[${alert.name}](runbooks.md#${alert.name})`,
      alert.severity,
      `${alert.title}: ${alertQuery(alert, 1).limit}`,
      `${alert.silenceMinutes} min`,
      alert.owner,
    ]),
  );
}

/** Who hears of which severity. */
export function routingTable(): string {
  const told = (kind: ChannelKind) =>
    severities.map((severity) => (severityRouting[severity].includes(kind) ? "yes" : ""));
  return table(
    ["receiver", ...severities],
    channelKinds.map((kind) => [kind, ...told(kind)]),
  );
}

/** What is recognised as personal data. */
export function maskingTable(): string {
  return table(
    ["kind", "what is found"],
    maskRules.map(({ kind, description }) => [kind, description]),
  );
}

/** Options that change who may talk to whom on Kubernetes. */
const trafficOptions: Readonly<Record<string, KubernetesOptions>> = {
  "postgres.mode: operator": { postgres: { mode: "operator" } },
  "storage.mode: cluster": { storage: { mode: "cluster" } },
  "storage.access: identity": { storage: { access: "identity" } },
  "monitoring.enabled: true": { monitoring: { enabled: true } },
};

/** Who may open connections to whom on Kubernetes, and under which option. */
export function trafficTable(): string {
  const rowsOf = (options: KubernetesOptions) =>
    accessTable(kubernetesOptions.parse(options)).map(
      ({ from, to, ports }) => `${from}/${to}/${ports.join(", ")}`,
    );
  const usual = rowsOf({});
  const variants = Object.entries(trafficOptions).map(([name, options]) => ({ name, rows: rowsOf(options) }));
  const all = [...new Set([...usual, ...variants.flatMap(({ rows }) => rows)])];
  const when = (row: string): string =>
    variants
      .filter(({ rows }) => rows.includes(row) !== usual.includes(row))
      .map(({ name }) => (usual.includes(row) ? `unless ${code(name)}` : code(name)))
      .join(", ");
  return table(
    ["from", "to", "TCP ports", "only with"],
    all.map((row) => [...row.split("/"), when(row)]),
  );
}
