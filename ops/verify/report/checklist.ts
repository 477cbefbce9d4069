import { type AcceptanceArea, type AcceptanceId, acceptanceIds, acceptanceItems } from "@o2cqrs/contract";

const areaTitles: Readonly<Record<AcceptanceArea, string>> = {
  environment: "Environment and endpoints",
  logs: "Logs",
  metrics: "Metrics",
  traces: "Traces",
  alerts: "Alerts",
  pipeline: "Pipeline, retention and rates",
  dashboards: "Dashboards",
  security: "Security",
  release: "Release",
};

/** The checklist of whoever is on call, on one page: every item of the contract, with the check that answers it. */
export function checklistPage(): string {
  const areas = Object.entries(areaTitles) as [AcceptanceArea, string][];
  const sections = areas.map(([area, title]) => {
    const items = acceptanceIds.filter((id) => acceptanceItems[id].area === area).map(line);
    return `## ${title}\n\n${items.join("\n")}`;
  });
  return `# Checklist

One page for every release and every week. \`npx o2cqrs verify --stack NAME\` answers all of it, with evidence;
\`--only ID\` answers one line. Lines marked ★ are gone through at every release.

${sections.join("\n\n")}
`;
}

function line(id: AcceptanceId): string {
  const { title, threshold, lists } = acceptanceItems[id];
  const isOfRelease = (lists as readonly string[]).includes("release");
  return `- [ ] ${title}${isOfRelease ? " ★" : ""} (${threshold}): \`${id}\``;
}
