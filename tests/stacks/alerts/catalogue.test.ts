import {
  type AlertId,
  alerts,
  channelKinds,
  type Severity,
  severities,
  severityRouting,
} from "@o2cqrs/contract";
import { output } from "@pulumi/pulumi";
import {
  alertArgs,
  frequencyMinutes,
  linkMinutes,
  metricStreamsOf,
  type PlannedAlert,
  plannedAlerts,
} from "../../../stacks/cqrs/alerts/alert-args.js";
import { route } from "../../../stacks/cqrs/alerts/channels.js";
import { receiversOf } from "../../../stacks/cqrs/alerts/receivers.js";
import { templateOf } from "../../../stacks/cqrs/alerts/templates.js";

const all = Object.values(alerts);
const context = {
  environment: "dev",
  service: "orders",
  runbookUrl: "https://wiki.example.com/runbooks",
  owners: {},
};

/** An alert as it is planned when alerts are evaluated each minute. */
function planned(id: AlertId): PlannedAlert {
  const found = plannedAlerts(60).find(({ alert }) => alert.name === alerts[id].name);
  if (found === undefined) throw new Error(`${id} is not planned`);
  return found;
}

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

  it.each((Object.keys(alerts) as AlertId[]).map((id) => [alerts[id].name, id] as const))(
    "%s tells all that a template asks for",
    (_, id) => {
      const { contextAttributes } = alertArgs(planned(id), context);
      const attributes = { ...contextAttributes, dashboard_url: "https://o2/d" };
      for (const kind of channelKinds) {
        const { body, title = "" } = templateOf(kind, "key");
        expect(filled(title + body, {}, attributes)).not.toMatch(/\{[a-z_]+\}/);
      }
    },
  );

  it("has a link to its dashboard that shows the window and what came before it", () => {
    expect(linkMinutes(planned("commandErrors").query)).toBe(30);
    expect(linkMinutes(planned("commandAvailabilitySlowBurn").query)).toBe(720);
  });

  it("names its runbook, owner, group and limit", () => {
    expect(alertArgs(planned("commandErrors"), context)).toMatchObject({
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

  it("says on the server what it means", () => {
    expect(alertArgs(planned("eventDeadLetter"), context).description).toBe(
      "Events in the dead-letter queue. An event was given up; what it should have changed has not changed.",
    );
  });

  it("has a word for each column that its rows may lack", () => {
    expect(alertArgs(planned("commandsSilence"), context).contextAttributes).toMatchObject({
      type: "any",
      handler: "any",
      value: "none",
    });
  });

  it("has no owner on the server where the stack knows no address, and names the team to its readers", () => {
    const args = alertArgs(planned("commandErrors"), context);
    expect(args).not.toHaveProperty("owner");
    expect(args.contextAttributes.owner).toBe("development");
  });

  it("names the owner's address where the stack knows it", () => {
    const owners = { development: "team@example.com" };
    const args = alertArgs(planned("commandErrors"), { ...context, owners });
    expect([args.owner, args.contextAttributes.owner]).toEqual(["team@example.com", "team@example.com"]);
  });

  it("is evaluated in whole minutes, never more often than was asked for", () => {
    expect([10, 60, 61, 300].map(frequencyMinutes)).toEqual([1, 1, 2, 5]);
    const scheduled = plannedAlerts(61).filter(({ query }) => query.condition.kind !== "custom");
    expect(new Set(scheduled.map(({ query }) => query.trigger.frequencyMinutes))).toEqual(new Set([2]));
  });

  it("is planned once, in the order of the contract", () => {
    expect(plannedAlerts(60).map(({ alert }) => alert)).toEqual(all);
  });

  it("tells which labels it reads of a metric, those of all alerts on it together", () => {
    const read = metricStreamsOf([
      planned("commandErrors"),
      planned("commandLatency"),
      planned("commandLatencyFastBurn"),
    ]);
    expect(read).toEqual({
      cqrs_command_total: ["type", "status"],
      cqrs_command_duration_ms_bucket: ["le", "type", "handler"],
      cqrs_command_duration_ms_count: ["type", "handler"],
    });
  });
});

describe("templates", () => {
  const attributes: Record<string, string> = {
    ...alertArgs(planned("queryLatency"), context).contextAttributes,
    dashboard_url: "https://o2/d",
  };
  const rows = { type: 'Get"Order"', handler: "GetOrderHandler", value: "412.5" };
  const message = (kind: Parameters<typeof templateOf>[0]) =>
    JSON.parse(filled(templateOf(kind, "routing").body, rows, attributes)) as never;

  const attributesOf = (severity: Severity) => {
    const alert = { ...alerts.queryLatency, severity };
    return alertArgs({ alert, query: planned("queryLatency").query }, context).contextAttributes;
  };

  it("show each severity in a colour of its own, and as one that PagerDuty knows", () => {
    const colours = severities.map((severity) => attributesOf(severity).color);
    expect(new Set(colours).size).toBe(severities.length);
    for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(severities.map((severity) => attributesOf(severity).pagerduty_severity)).toEqual([
      "critical",
      "error",
      "warning",
      "info",
    ]);
  });

  it("of the webhook tell everything that is known, for a machine", () => {
    expect(message("webhook")).toEqual({
      alert: "a",
      title: alerts.queryLatency.title,
      summary: alerts.queryLatency.summary,
      severity: "high",
      environment: "dev",
      service: "orders",
      type: rows.type,
      handler: rows.handler,
      value: "412.5",
      threshold: "> 300 ms for 10 min",
      count: "1",
      stream: "s",
      started: "t0",
      ended: "t1",
      owner: "development",
      group: "query-latency",
      links: {
        dashboard: "https://o2/d",
        query: "https://o2/short",
        runbook: "https://wiki.example.com/runbooks#cqrs-query-latency-p95",
      },
    });
  });

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
      client: "OpenObserve",
      client_url: "https://o2/d",
      payload: {
        severity: "error",
        source: "orders/dev",
        summary: expect.stringContaining("412.5"),
        component: 'Get"Order"',
        group: "query-latency",
        class: "a",
      },
      links: expect.arrayContaining([{ href: "https://o2/d", text: "dashboard" }]),
    });
  });

  it("of Alertmanager are alerts of its API v2", () => {
    expect(message("alertmanager")).toEqual([
      {
        labels: {
          alertname: "a",
          severity: "high",
          env: "dev",
          service: "orders",
          type: rows.type,
          handler: "GetOrderHandler",
          owner: "development",
          group: "query-latency",
        },
        annotations: {
          title: alerts.queryLatency.title,
          summary: alerts.queryLatency.summary,
          value: "412.5",
          threshold: "> 300 ms for 10 min",
          dashboard: "https://o2/d",
          runbook_url: "https://wiki.example.com/runbooks#cqrs-query-latency-p95",
        },
        generatorURL: "https://o2/short",
      },
    ]);
  });

  it("are sent as mail to people's addresses and over HTTP to everything else", () => {
    expect(channelKinds.map((kind) => `${kind} ${templateOf(kind, "key").type}`)).toEqual([
      "webhook http",
      "slack http",
      "email email",
      "pagerduty http",
      "alertmanager http",
    ]);
  });

  it("of Slack are blocks that it can show, with the facts and where to go on", () => {
    interface Text {
      readonly type: string;
      readonly text: string;
    }
    interface Block {
      readonly type: string;
      readonly text?: Text;
      readonly fields?: readonly Text[];
      readonly elements?: readonly Text[];
    }
    const { attachments } = message("slack") as {
      attachments: readonly { color: string; blocks: readonly Block[] }[];
    };
    expect(attachments.map(({ color }) => color)).toEqual([attributes.color]);
    const blocks = attachments.flatMap((attachment) => attachment.blocks);
    expect(blocks.map(({ type }) => type)).toEqual(["section", "section", "context"]);
    const texts = blocks.flatMap(({ text, fields = [], elements = [] }) => [
      ...(text === undefined ? [] : [text]),
      ...fields,
      ...elements,
    ]);
    for (const { type } of texts) expect(type).toBe("mrkdwn");
    expect(texts.map(({ text }) => text)).toEqual([
      `*${alerts.queryLatency.title}*\n${alerts.queryLatency.summary}`,
      "*Severity*\nhigh",
      "*Environment*\ndev",
      `*Type*\n${rows.type}`,
      "*Handler*\nGetOrderHandler",
      "*Value*\n412.5",
      "*Limit*\n> 300 ms for 10 min",
      "<https://o2/d|Dashboard> · <https://o2/short|Query> · " +
        "<https://wiki.example.com/runbooks#cqrs-query-latency-p95|Runbook> · development",
    ]);
  });

  it("of e-mail tell the same, with links", () => {
    const body = filled(templateOf("email", "").body, rows, attributes);
    const cells = [...body.matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell]) => cell);
    expect(cells.slice(0, 2)).toEqual(["high", "dev"]);
    expect(cells.slice(3)).toEqual([
      "GetOrderHandler",
      "412.5",
      "> 300 ms for 10 min",
      "t0 to t1",
      "development",
    ]);
    expect(body).toContain(alerts.queryLatency.summary);
    expect([...body.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      "https://o2/d",
      "https://o2/short",
      "https://wiki.example.com/runbooks#cqrs-query-latency-p95",
    ]);
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

  it("knows the channels that a stack was given, in the order of the contract", () => {
    expect(receiversOf({}).size).toBe(0);
    const url = output("https://example.com");
    const email = { recipients: ["ops@example.com"] };
    const pagerduty = { url: "https://example.com", routingKey: output("key") };
    expect([...receiversOf({ email, webhook: { url } }).keys()]).toEqual(["webhook", "email"]);
    expect([
      ...receiversOf({ pagerduty, email, slack: { url }, alertmanager: { url }, webhook: { url } }).keys(),
    ]).toEqual(channelKinds);
  });

  it("sends an alert to its severity's channels as far as there are any", () => {
    expect(route("medium", ["webhook", "slack", "pagerduty"])).toEqual(["webhook", "slack"]);
  });

  it("never leaves an alert without a receiver", () => {
    expect(route("medium", ["pagerduty"])).toEqual(["pagerduty"]);
  });
});
