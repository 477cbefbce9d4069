import { alerts, channelKinds, type Severity, severities, severityRouting } from "@o2cqrs/contract";
import { alertArgs, frequencyMinutes, linkMinutes } from "../../../stacks/cqrs/alerts/alert-args.js";
import { route } from "../../../stacks/cqrs/alerts/channels.js";
import { templateOf } from "../../../stacks/cqrs/alerts/templates.js";

const all = Object.values(alerts);
const context = {
  environment: "dev",
  service: "orders",
  evaluationIntervalSeconds: 60,
  runbookUrl: "https://wiki.example.com/runbooks",
  owners: {},
};

/** Fills a template in as the server does: columns of the rows first, escaped, then context attributes. */
function filled(body: string, rows: Record<string, string>, attributes: Record<string, string>): string {
  const server = {
    alert_name: "a",
    stream_name: "s",
    alert_count: "1",
    alert_start_time: "t0",
    alert_end_time: "t1",
    alert_url: "https://o2/short",
  };
  const put = (text: string, values: Record<string, string>) =>
    Object.entries(values).reduce((done, [key, value]) => done.replaceAll(`{${key}}`, value), text);
  const escaped = Object.fromEntries(
    Object.entries(rows).map(([key, value]) => [key, JSON.stringify(value).slice(1, -1)]),
  );
  return put(put(put(body, server), escaped), attributes);
}

describe("every alert", () => {
  it("has a name of its own that the server takes", () => {
    const names = all.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^cqrs-[a-z0-9-]+$/);
  });

  it("is silent for longer the less urgent it is", () => {
    const bySeverity = (severity: Severity) =>
      all.filter((alert) => alert.severity === severity).map(({ silenceMinutes }) => silenceMinutes);
    for (const [index, severity] of severities.slice(1).entries()) {
      const urgent = Math.max(...bySeverity(severities[index] ?? "critical"));
      for (const minutes of bySeverity(severity)) expect(minutes).toBeGreaterThan(urgent);
    }
  });

  it.each(all.map((alert) => [alert.name, alert] as const))(
    "%s tells all that a template asks for",
    (_, alert) => {
      const { contextAttributes } = alertArgs(alert, context);
      const attributes = { ...contextAttributes, dashboard_url: "https://o2/d" };
      for (const kind of channelKinds) {
        const { body, title = "" } = templateOf(kind, "key");
        expect(filled(title + body, {}, attributes)).not.toMatch(/\{[a-z_]+\}/);
      }
    },
  );

  it("has a link to its dashboard that shows the window and what came before it", () => {
    expect(linkMinutes(alerts.commandErrors)).toBe(30);
    expect(linkMinutes(alerts.commandAvailabilitySlowBurn)).toBe(720);
  });

  it("names its runbook, owner, group and limit", () => {
    expect(alertArgs(alerts.commandErrors, context)).toMatchObject({
      trigger: { silenceMinutes: 15 },
      contextAttributes: {
        severity: "critical",
        owner: "development",
        group: "command-availability",
        limit: "> 1% for 5 min",
        runbook_url: "https://wiki.example.com/runbooks#cqrs-command-error-rate",
      },
    });
  });

  it("names the owner's address where the stack knows it", () => {
    const owners = { development: "team@example.com" };
    const args = alertArgs(alerts.commandErrors, { ...context, owners });
    expect([args.owner, args.contextAttributes.owner]).toEqual(["team@example.com", "team@example.com"]);
  });

  it("is evaluated in whole minutes, never more often than was asked for", () => {
    expect([10, 60, 61, 300].map(frequencyMinutes)).toEqual([1, 1, 2, 5]);
  });
});

describe("templates", () => {
  const attributes = {
    ...alertArgs(alerts.queryLatency, context).contextAttributes,
    dashboard_url: "https://o2/d",
  };
  const rows = { type: 'Get"Order"', handler: "GetOrderHandler", value: "412.5" };
  const message = (kind: Parameters<typeof templateOf>[0]) =>
    JSON.parse(filled(templateOf(kind, "routing").body, rows, attributes)) as never;

  it("stay JSON when a record brings quotes", () => {
    expect(message("webhook")).toMatchObject({
      type: 'Get"Order"',
      handler: "GetOrderHandler",
      value: "412.5",
      threshold: "> 300 ms for 10 min",
      severity: "high",
      links: { dashboard: "https://o2/d", query: "https://o2/short" },
    });
  });

  it("of PagerDuty are events of its API v2, one incident for a group", () => {
    expect(message("pagerduty")).toMatchObject({
      routing_key: "routing",
      event_action: "trigger",
      dedup_key: "o2cqrs/dev/query-latency",
      payload: { severity: "error", source: "orders/dev", summary: expect.stringContaining("412.5") },
      links: expect.arrayContaining([{ href: "https://o2/d", text: "dashboard" }]),
    });
  });

  it("of Alertmanager are alerts of its API v2", () => {
    expect(message("alertmanager")).toEqual([
      {
        labels: expect.objectContaining({ alertname: "a", severity: "high", handler: "GetOrderHandler" }),
        annotations: expect.objectContaining({ value: "412.5", dashboard: "https://o2/d" }),
        generatorURL: "https://o2/short",
      },
    ]);
  });

  it("of Slack show severity, value and limit", () => {
    expect(JSON.stringify(message("slack"))).toContain("*Limit*\\n> 300 ms for 10 min");
  });

  it("of e-mail have a subject", () => {
    expect(filled(templateOf("email", "").title ?? "", rows, attributes)).toBe(
      "[high] Query p95 too slow (dev)",
    );
  });
});

describe("routing by severity", () => {
  it("wakes people by PagerDuty only for what is critical", () => {
    const woken = severities.filter((severity) => severityRouting[severity].includes("pagerduty"));
    expect(woken).toEqual(["critical"]);
  });

  it("sends an alert to its severity's channels as far as there are any", () => {
    expect(route("medium", ["webhook", "slack", "pagerduty"])).toEqual(["webhook", "slack"]);
  });

  it("never leaves an alert without a receiver", () => {
    expect(route("medium", ["pagerduty"])).toEqual(["pagerduty"]);
  });
});
