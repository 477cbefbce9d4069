import { type OpenObserve } from "@o2cqrs/providers/client";
import { enrichmentTableKind, inputsFrom as tableFrom } from "@o2cqrs/providers/enrichment-table/rules";
import { existingFrom as viewFrom, savedViewKind } from "@o2cqrs/providers/saved-view/rules";
import { ambiguous, type Finding, judge, leftOut } from "./finding.js";

/** A table is a stream of this type. */
export const enrichmentTableType = "enrichment_tables";

/** Rows of a table that a program can be asked to hold. */
const mostRows = 1000;

export async function enrichmentTables(server: OpenObserve): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name } of await server.streams.list(enrichmentTableType)) {
    const rows = (await server.enrichmentTables.get(name, mostRows + 1)) ?? [];
    findings.push(
      rows.length > mostRows
        ? leftOut("EnrichmentTable", name, `more than ${mostRows} rows are data, and no part of a program`)
        : judge(
            enrichmentTableKind,
            name,
            // How long to wait for a deletion is the deployment's business.
            { name, rows: inOrder(rows) },
            (wanted) => tableFrom(rows, wanted),
          ),
    );
  }
  return findings;
}

/** The server gives rows and their columns in no order that lasts. */
export function inOrder(rows: readonly Readonly<Record<string, string>>[]): Record<string, string>[] {
  const sorted = rows.map((row) =>
    Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return sorted
    .map((row) => ({ row, text: JSON.stringify(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row);
}

export async function savedViews(server: OpenObserve): Promise<Finding[]> {
  const listed = await server.savedViews.list();
  const findings: Finding[] = [];
  for (const { view_id: id, view_name: name } of listed) {
    const isOnlyOne = listed.filter((other) => other.view_name === name).length === 1;
    const view = isOnlyOne ? await server.savedViews.get(id) : undefined;
    if (view === undefined) findings.push(ambiguous("SavedView", name));
    else if (typeof view.data !== "object" || view.data === null || Array.isArray(view.data))
      findings.push(leftOut("SavedView", name, "what it holds is not an object"));
    else findings.push(judge(savedViewKind, name, viewFrom(view).inputs));
  }
  return findings;
}
