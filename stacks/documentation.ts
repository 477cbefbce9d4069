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
