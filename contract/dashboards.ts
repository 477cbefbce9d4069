/** The dashboards, by what they show. Titles are how the server and its readers know them. */
export const dashboards = {
  overview: { title: "CQRS overview", description: "Objectives and how fast their budgets burn, releases" },
  commands: { title: "CQRS commands", description: "Commands: rate, success, duration, slowest handlers" },
  queries: { title: "CQRS queries", description: "Queries: duration, cache hits, most frequent, by type" },
  events: { title: "CQRS events", description: "Events: published, handled, duration, dead letters" },
  runtime: { title: "CQRS runtime", description: "Operations in flight, background refreshes, retries" },
} as const satisfies Record<string, { title: string; description: string }>;

export type DashboardId = keyof typeof dashboards;

/** The ranges that a dashboard is offered for: as the server's user interface names them, in minutes. */
export const dashboardPresets = { "15m": 15, "1h": 60, "24h": 1440 } as const;

export type DashboardPreset = keyof typeof dashboardPresets;

/** The folders on the server that hold what a stack makes. */
export const folders = {
  dashboards: { name: "CQRS", description: "Dashboards of the CQRS buses" },
  alerts: { name: "CQRS", description: "Alerts of the CQRS buses" },
} as const;
