import { createHash } from "node:crypto";

import type { DashboardRecord } from "../store/records.js";
import { currentVersion, type DashboardContent } from "./schema.js";

/** An unsigned 64-bit number as text, the same for equal content. A client has to send it back to write. */
export const hashOf = (content: DashboardContent): string =>
  createHash("sha256").update(JSON.stringify(content)).digest().readBigUInt64BE().toString();

/** The content stands under the key of its version; the other versions are null. */
export function presentDashboard({ content }: DashboardRecord): Record<string, unknown> {
  const versions = Array.from({ length: currentVersion }, (_, index) => index + 1);
  return {
    ...Object.fromEntries(
      versions.map((version) => [`v${version}`, version === content.version ? inner(content) : null]),
    ),
    version: content.version,
    hash: hashOf(content),
    updatedAt: 0,
  };
}

/** The first version of the schema has no version in it. */
function inner(content: DashboardContent): unknown {
  const { version, ...rest } = content;
  return version === 1 ? rest : content;
}

/** As the list answers it: the dashboard, where it is, and once more what is shown of it. */
export function presentInList(dashboard: DashboardRecord, folderName: string): Record<string, unknown> {
  const { dashboardId, title, description, role, owner, created } = dashboard.content;
  return {
    ...presentDashboard(dashboard),
    folder_id: dashboard.folderId,
    folder_name: folderName,
    dashboard_id: dashboardId,
    title,
    description,
    role,
    owner,
    created,
  };
}
