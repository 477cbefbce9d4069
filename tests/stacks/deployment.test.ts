import { readFile } from "node:fs/promises";
import {
  alerts,
  dashboards,
  derivedMetrics,
  envNames,
  logStreamRoles,
  secretEnvNames,
  streams,
} from "@o2cqrs/contract";
import { type OperationResult, Secret } from "@o2cqrs/local-engine";
import { issueCertificate, makeAuthority } from "../../ops/certificate/issue.js";
import { basic, hidden, password, secret, StackUnderTest } from "./stack-under-test.js";
import { storedResources } from "./stored-resources.js";

/**
 * The whole program, deployed as `target: existing` by the embedded engine on the embedded server. The tests
 * are one story, in order.
 */
jest.setTimeout(240_000);

let deployed: StackUnderTest;

beforeAll(async () => {
  deployed = await StackUnderTest.start();
});

afterAll(() => deployed.close());

const failures = ({ errors }: OperationResult) => errors.map(({ message }) => message);

const changes = ({ changes: { same: _, ...changed } }: OperationResult) => changed as Record<string, number>;

/** All of ours that the state holds. */
async function dynamicResources() {
  const all = await storedResources(deployed.stateFile);
  const made = all.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/o2cqrs:"));
  expect(made.length).toBeGreaterThan(60);
  return made;
}

describe("a first deployment", () => {
  let result: OperationResult;
  beforeAll(async () => {
    result = await deployed.engine().up();
  });

  it("makes everything, and nothing twice", () => {
    expect(failures(result)).toEqual([]);
    expect(Object.keys(result.changes)).toEqual(["create"]);
  });

  it("makes every stream of the contract under its stored name, without copies of originals", async () => {
    const made = await deployed.list<{
      name: string;
      stream_type: string;
      settings: Record<string, unknown>;
    }>("/api/default/streams?fetchSchema=true");
    for (const { storedName, type, retentionDays } of Object.values(streams)) {
      const stream = made.find(({ name, stream_type }) => name === storedName && stream_type === type);
      expect(stream?.settings).toMatchObject({
        data_retention: retentionDays,
        store_original_data: false,
        index_original_data: false,
      });
    }
  });

  it("makes a masking and a counting pipeline for every log stream", async () => {
    const names = (await deployed.list("/api/default/pipelines")).map(({ name }) => name);
    const expected = logStreamRoles.flatMap((role) => [`cqrs-mask-${role}`, `cqrs-count-${role}`]);
    expect(names.sort()).toEqual(expected.sort());
  });

  it("makes every alert of the catalogue, enabled, in the folder of the alerts", async () => {
    const made = await deployed.list<{ name: string; enabled: boolean; folder_name: string }>(
      "/api/v2/default/alerts",
    );
    expect(made.map(({ name }) => name).sort()).toEqual(
      Object.values(alerts)
        .map(({ name }) => name)
        .sort(),
    );
    for (const alert of made) expect(alert).toMatchObject({ enabled: true, folder_name: "CQRS" });
  });

  it("makes a template and a destination for every receiver, and tells critical alerts to all of them", async () => {
    const kinds = ["webhook", "slack", "pagerduty", "alertmanager"].map((kind) => `cqrs-${kind}`);
    const destinations = await deployed.list<{ name: string; template: string }>(
      "/api/default/alerts/destinations",
    );
    expect(destinations.map(({ name, template }) => [name, template]).sort()).toEqual(
      kinds.map((kind) => [kind, kind]).sort(),
    );
    const made = await deployed.list<{ alert_id: string; name: string }>("/api/v2/default/alerts");
    const destinationsOf = async (name: string) => {
      const id = made.find((alert) => alert.name === name)?.alert_id ?? "";
      const alert = await deployed.request<{ destinations: string[] }>("GET", `/api/v2/default/alerts/${id}`);
      return alert.destinations.sort();
    };
    expect(await destinationsOf(alerts.commandErrors.name)).toEqual(kinds.sort());
    expect(await destinationsOf(alerts.queryLatency.name)).not.toContain("cqrs-pagerduty");
  });

  it("lets alerts and pipelines wait for the streams that they name, and for no other", async () => {
    const resources = await storedResources(deployed.stateFile);
    const streamsBefore = (kind: string, name: string) =>
      resources
        .find(({ urn }) => urn.endsWith(`:${kind}::${name}`))
        ?.dependencies?.filter((urn) => urn.includes("o2cqrs:Stream::"))
        .map((urn) => urn.split("::").at(-1))
        .sort();
    expect(streamsBefore("Alert", alerts.eventDeadLetter.name)).toEqual([streams.events.name]);
    expect(streamsBefore("Alert", alerts.queryLatency.name)).toEqual(["cqrs_query_duration_ms_bucket"]);
    for (const { name } of Object.values(alerts)) expect(streamsBefore("Alert", name)).not.toEqual([]);
    for (const role of logStreamRoles) {
      const { name } = streams[role];
      expect(streamsBefore("Pipeline", `cqrs-mask-${role}`)).toEqual([name, streams.quarantine.name].sort());
      expect(streamsBefore("Pipeline", `cqrs-count-${role}`)).toEqual([name, streams.metrics.name].sort());
    }
  });

  it("keeps every resource in the part of the configuration that it belongs to", async () => {
    const parts: Record<string, string> = {
      Stream: "Streams",
      Function: "Masking",
      Pipeline: "Masking",
      AlertTemplate: "Alerts",
      AlertDestination: "Alerts",
      Alert: "Alerts",
    };
    for (const { urn, type } of await dynamicResources()) {
      const part = parts[type.split(":").at(-1) ?? ""];
      const within = ["Observability", ...(part === undefined ? [] : [part])];
      const components = within.map((each) => `o2cqrs:cqrs:${each}`);
      expect(urn.split("::")[2]).toBe([...components, type].join("$"));
    }
  });

  it("keeps with every resource where in the source it was made", async () => {
    for (const { sourcePosition } of await dynamicResources())
      expect(sourcePosition).toMatch(/^project:\/\/\/.+#\d+,\d+$/);
  });

  it("leaves no credential readable in the state", async () => {
    const state = await readFile(deployed.stateFile, "utf8");
    const { env } = (await deployed.engine().outputs({ showSecrets: true })) as {
      env: Record<string, string>;
    };
    for (const credential of [password, env.OPENOBSERVE_TOKEN ?? "", ...Object.values(hidden)])
      expect(state).not.toContain(credential);
  });

  it("hands the application every variable, the credentials as secrets", async () => {
    const { env } = result.outputs as { env: Record<string, unknown> };
    expect(Object.keys(env).sort()).toEqual(Object.values(envNames).sort());
    for (const [name, value] of Object.entries(env))
      expect([name, value instanceof Secret]).toEqual([name, (secretEnvNames as string[]).includes(name)]);
    expect(env).toMatchObject({
      OPENOBSERVE_URL: deployed.server.url,
      OPENOBSERVE_USER: "orders-dev@o2cqrs.internal",
      CQRS_STREAM_COMMANDS: "cqrs-commands",
      OTLP_TRACES_ENDPOINT: `${deployed.server.url}/api/default/v1/traces`,
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=dev,cloud.region=eu-central-1",
    });
  });

  it("tells the dashboards' addresses", () => {
    const { dashboards: addresses } = result.outputs as { dashboards: Record<string, string> };
    expect(Object.keys(addresses).sort()).toEqual(Object.keys(dashboards).sort());
    for (const address of Object.values(addresses))
      expect(address).toContain(`${deployed.server.url}/web/dashboards/view?`);
  });

  it("tells the dashboards' addresses for the last 15 minutes, hour and day, too", () => {
    const { dashboards: addresses, dashboardPresets } = result.outputs as {
      dashboards: Record<string, string>;
      dashboardPresets: Record<string, Record<string, string>>;
    };
    expect(Object.keys(dashboardPresets)).toEqual(["15m", "1h", "24h"]);
    for (const [period, withRange] of Object.entries(dashboardPresets))
      for (const [id, address] of Object.entries(withRange))
        expect(address).toBe(`${addresses[id]}&period=${period}`);
  });
});

describe("the application's credentials", () => {
  it("send records whose personal data nobody can read back", async () => {
    const { env } = (await deployed.engine().outputs({ showSecrets: true })) as {
      env: Record<string, string>;
    };
    const authorization = basic(env.OPENOBSERVE_USER ?? "", env.OPENOBSERVE_TOKEN ?? "");
    const records = [
      {
        type: "PlaceOrder",
        status: "error",
        bus: "command",
        user_email: "alice@example.com",
        PII_MASKED: false,
      },
      { type: "PlaceOrder", status: "success", message: "call +49 170 1234589", "bob@example.com": 1 },
      { type: "PlaceOrder", status: "success", user_phone: 491701234567, pii: { masked: true } },
    ];
    await deployed.request("POST", "/api/default/cqrs-commands/_json", records, authorization);
    const stored = await deployed.search('SELECT * FROM "cqrs_commands"');
    expect(stored).toHaveLength(3);
    expect(JSON.stringify(stored)).not.toMatch(/alice|bob|1234589|491701234567/);
    for (const record of stored)
      expect(record).toMatchObject({
        pii_masked: true,
        env: "dev",
        service: "orders",
        region: "eu-central-1",
      });
    expect(await deployed.search('SELECT stream FROM "cqrs_quarantine"')).toEqual([]);
  });
});

describe("a dead-lettered event", () => {
  it("is told at once, with type, handler, limit, and the way to its dashboard and runbook", async () => {
    const event = {
      type: 'Order"Placed"',
      status: "handled",
      bus: "event",
      handler: "Projection",
      dlq: true,
    };
    await deployed.request("POST", "/api/default/cqrs-events/_json", [event]);
    const notification = () => deployed.told.find(({ alert }) => alert === alerts.eventDeadLetter.name);
    const deadline = Date.now() + 30_000;
    while (notification() === undefined && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(notification()).toMatchObject({
      severity: "critical",
      environment: "dev",
      type: event.type,
      handler: "Projection",
      threshold: "any, at once",
      group: "event-dead-letter",
      links: {
        dashboard: expect.stringMatching(/\/web\/dashboards\/view\?.*&period=30m$/),
        runbook: `docs/runbooks.md#${alerts.eventDeadLetter.name}`,
      },
    });
  });
});

describe("a second deployment", () => {
  it("changes nothing", async () => {
    const result = await deployed.engine().up();
    expect(failures(result)).toEqual([]);
    expect(changes(result)).toEqual({});
  });
});

describe("a change by hand", () => {
  it("is found by refresh, repaired by the next deployment, and gone after it", async () => {
    const [alert] = await deployed.list<{ alert_id: string; name: string }>("/api/v2/default/alerts");
    await deployed.request("PATCH", `/api/v2/default/alerts/${alert?.alert_id ?? ""}/enable?value=false`);
    await deployed.request("PUT", "/api/default/streams/cqrs_events/settings?type=logs", {
      data_retention: 3,
    });

    const refreshed = await deployed.engine().refresh();
    expect(failures(refreshed)).toEqual([]);
    expect(changes(refreshed)).toEqual({ update: 2 });

    const repaired = await deployed.engine().up();
    expect(failures(repaired)).toEqual([]);
    expect(changes(repaired)).toEqual({ update: 2 });
    expect(changes(await deployed.engine().up())).toEqual({});
    const after = await deployed.list<{ name: string; enabled: boolean }>("/api/v2/default/alerts");
    expect(after.filter(({ enabled }) => !enabled)).toEqual([]);
  });
});

describe("a deployment that cannot succeed ends in one clear error, and the next one continues", () => {
  /** What is told besides that the program failed. */
  const causes = (result: OperationResult) =>
    failures(result).filter((text) => text !== "the program failed");

  it("when a key of the config is misspelt", async () => {
    const result = await deployed.engine({ retntionDays: "{}" }).up();
    expect(result.ok).toBe(false);

    expect(causes(result)).toEqual([
      expect.stringContaining("o2cqrs:retntionDays is not a key; did you mean o2cqrs:retentionDays?"),
    ]);
    expect(changes(result)).toEqual({});
  });

  it("when the gateway is given another certificate's key", async () => {
    const authority = await makeAuthority("authority", new Date());
    const [{ certificate }, { key }] = await Promise.all([
      issueCertificate(authority, ["observe.example.com"], new Date()),
      issueCertificate(authority, ["observe.example.com"], new Date()),
    ]);
    const result = await deployed
      .engine({
        target: "docker",
        url: "https://observe.example.com",
        ingestToken: secret("0123456789abcdef"),
        tlsCertificate: secret(certificate),
        tlsKey: secret(key),
      })
      .up();
    expect(result.ok).toBe(false);

    expect(causes(result)).toEqual([expect.stringContaining("o2cqrs:tlsKey is not the key to")]);
    expect(changes(result)).toEqual({});
  });

  it("when the password is wrong", async () => {
    const result = await deployed.engine({ password: secret("wrong-password"), tokenRotation: "2" }).up();
    expect(result.ok).toBe(false);

    expect(causes(result)).toEqual([expect.stringMatching(/answered 401[^]*o2cqrs:password/)]);
    expect(causes(result).join()).not.toContain("wrong-password");
  });

  it("when the server cannot be reached", async () => {
    const result = await deployed.engine({ url: "http://127.0.0.1:9", tokenRotation: "3" }).up();
    expect(result.ok).toBe(false);

    expect(causes(result)).toEqual([expect.stringMatching(/127\.0\.0\.1:9[^]*o2cqrs:url/)]);
  });

  it("when the server refuses a receiver", async () => {
    const result = await deployed.engine({ emailRecipients: '["nobody@example.com"]' }).up();
    expect(result.ok).toBe(false);

    expect(causes(result)).toEqual([expect.stringMatching(/SMTP/)]);
  });

  it("when an alert is there that somebody else made under the same name", async () => {
    const { name } = alerts.quarantine;
    const ours = (
      await deployed.list<{ alert_id: string; name: string; folder_id: string }>("/api/v2/default/alerts")
    ).find((alert) => alert.name === name);
    const theirs = {
      name,
      stream_name: "cqrs_events",
      stream_type: "logs",
      is_real_time: false,
      query_condition: { type: "sql", sql: "SELECT type FROM cqrs_events" },
      trigger_condition: {
        period: 1,
        operator: ">=",
        threshold: 1,
        frequency: 1,
        frequency_type: "minutes",
        silence: 0,
      },
      destinations: ["cqrs-webhook"],
    };
    await deployed.request("DELETE", `/api/v2/default/alerts/${ours?.alert_id ?? ""}`);
    const { id } = await deployed.request<{ id: string }>(
      "POST",
      `/api/v2/default/alerts?folder=${ours?.folder_id ?? ""}`,
      theirs,
    );
    await deployed.engine().refresh();
    const result = await deployed.engine().up();
    expect(causes(result)).toEqual([expect.stringMatching(/cqrs-records-quarantined[^]*adopt/)]);
    await deployed.request("DELETE", `/api/v2/default/alerts/${id}`);
  });

  it("and the next deployment changes only what the failed ones began", async () => {
    const next = await deployed.engine().up();
    expect(failures(next)).toEqual([]);
    expect(changes(await deployed.engine().up())).toEqual({});
  });
});

describe("counting", () => {
  it("writes the errors in the logs to the metrics stream", async () => {
    const deadline = Date.now() + 120_000;
    let rows: Record<string, unknown>[] = [];
    while (rows.length === 0 && Date.now() < deadline) {
      rows = await deployed.search(
        'SELECT metric_name, metric_value, value, type FROM "cqrs_metrics"',
        "metrics",
      );
      if (rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    expect(rows).toEqual([
      { metric_name: derivedMetrics.errors, metric_value: "1", value: 1, type: "PlaceOrder" },
    ]);
  });
});

describe("destroying", () => {
  it("leaves nothing behind", async () => {
    const result = await deployed.engine().destroy();
    expect(failures(result)).toEqual([]);
    const left = await Promise.all([
      deployed
        .list("/api/default/streams")
        .then((made) => made.filter(({ name }) => name.startsWith("cqrs"))),
      deployed.list("/api/default/functions"),
      deployed.list("/api/default/pipelines"),
      deployed.list("/api/v2/default/alerts"),
      deployed.list("/api/default/alerts/destinations"),
      deployed
        .list("/api/default/alerts/templates")
        .then((made) => made.filter(({ name }) => !name.startsWith("prebuilt_"))),
      deployed
        .list("/api/v2/default/folders/dashboards")
        .then((made) => made.filter(({ name }) => name === "CQRS")),
      deployed
        .list("/api/v2/default/folders/alerts")
        .then((made) => made.filter(({ name }) => name === "CQRS")),
      deployed.request<{ data: unknown[] }>("GET", "/api/default/service_accounts").then(({ data }) => data),
    ]);
    expect(left.flat()).toEqual([]);
  });
});
