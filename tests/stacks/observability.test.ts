import { setImmediate } from "node:timers/promises";
import { type AlertDefinition, alerts, dashboards, logStreamRoles, streams } from "@o2cqrs/contract";
import { isSecret, type Output, runtime, secret } from "@pulumi/pulumi";
import { CqrsObservability, type CqrsObservabilityArgs } from "../../stacks/cqrs/index.js";

interface Registered {
  readonly kind: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** What was there when this was begun. */
  readonly after: readonly string[];
}

const observability: CqrsObservabilityArgs = {
  url: "https://observe.example.com",
  organization: "team a",
  environment: "dev",
  service: "orders",
  region: "eu-central-1",
  serviceAccount: { email: "orders-dev@o2cqrs.internal" },
};

const channels = {
  webhook: { url: secret("https://hooks.example.com/cqrs"), token: secret("webhook-token") },
  slack: { url: secret("https://hooks.slack.example.com/T0") },
  email: { recipients: ["ops@example.com", "dev@example.com"] },
  pagerduty: { url: "https://events.pagerduty.example.com/v2/enqueue", routingKey: secret("routing-key") },
  alertmanager: { url: secret("https://alertmanager.example.com/") },
};

const alerting = { channels, evaluationIntervalSeconds: 60 };

/** Registers the configuration, one kind of resource slower than all the others, and notes what is registered. */
async function registered(
  args: Partial<CqrsObservabilityArgs>,
  slow = "",
  look: (made: CqrsObservability) => void = () => undefined,
): Promise<readonly Registered[]> {
  const all: Registered[] = [];
  const made: string[] = [];
  const mocks: runtime.Mocks = {
    newResource: async ({ type, name, inputs, custom }) => {
      const kind = type.split(":").at(-1) ?? "";
      if (custom !== false)
        all.push({ kind, name, inputs: unwrapped(inputs) as Registered["inputs"], after: [...made] });
      // Whatever does not wait for a slow one is begun before it is there.
      for (let turns = 0; turns < (kind === slow ? 300 : 1); turns++) await setImmediate();
      made.push(`${kind}/${name}`);
      return { id: `${name}-id`, state: { ...(inputs as object), token: "t" } };
    },
    call: () => ({}),
  };
  await runtime.setMocks(mocks, "o2cqrs", "test");
  await runtime.runInPulumiStack(() => {
    look(new CqrsObservability("cqrs", { ...observability, ...args }));
    return Promise.resolve();
  });
  await runtime.disconnect();
  return all;
}

function unwrapped(value: unknown): unknown {
  const plain: unknown = runtime.unwrapRpcSecret(value);
  if (Array.isArray(plain)) return plain.map(unwrapped);
  if (typeof plain !== "object" || plain === null) return plain;
  return Object.fromEntries(Object.entries(plain).map(([name, each]) => [name, unwrapped(each)]));
}

const valueOf = <T>(value: Output<T>) => new Promise<T>((resolve) => value.apply(resolve));

const named = (all: readonly Registered[], kind: string, name: string): Registered => {
  const found = all.find((each) => each.kind === kind && each.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};
const namesOf = (all: readonly Registered[], wanted: string) =>
  all
    .filter(({ kind }) => kind === wanted)
    .map(({ name }) => name)
    .sort();

describe("the configuration of a CQRS application", () => {
  let all: readonly Registered[];
  beforeAll(async () => {
    all = await registered({ alerts: alerting, retentionDays: { commands: 3, metrics: 5 } }, "Stream");
  });

  it("holds every alert and dashboard of the contract", () => {
    const names = Object.values<AlertDefinition>(alerts).map(({ name }) => name);
    expect(namesOf(all, "Alert")).toEqual(names.sort());
    const ids = Object.keys(dashboards).map((id) => `cqrs-${id}`);
    expect(namesOf(all, "Dashboard")).toEqual(ids.sort());
  });

  it("puts dashboards and alerts into a folder each", () => {
    expect(named(all, "Folder", "cqrs-alerts").inputs).toMatchObject({ name: "CQRS", kind: "alerts" });
    expect(named(all, "Folder", "cqrs-dashboards").inputs).toMatchObject({
      name: "CQRS",
      kind: "dashboards",
    });
    for (const { kind, inputs } of all) {
      if (kind === "Alert") expect(inputs.folder).toBe("cqrs-alerts-id");
      if (kind === "Dashboard") expect(inputs.folder).toBe("cqrs-dashboards-id");
    }
  });

  it("gives the application an account of its own, named for it", () => {
    expect(named(all, "ServiceAccount", "cqrs-application").inputs).toMatchObject({
      email: "orders-dev@o2cqrs.internal",
      firstName: "orders",
      lastName: "dev",
      rotation: "",
    });
  });

  it("takes over nothing that it did not make, unless told to", async () => {
    const adopting = (each: readonly Registered[]) => each.filter(({ inputs }) => inputs.adopt !== undefined);
    expect(new Set(adopting(all).map(({ inputs }) => inputs.adopt))).toEqual(new Set([false]));
    const told = await registered({ alerts: alerting, adopt: true });
    expect(adopting(told).length).toBe(adopting(all).length);
    expect(new Set(adopting(told).map(({ inputs }) => inputs.adopt))).toEqual(new Set([true]));
  });

  it("has no alert, receiver or stream of metrics where alerts are not wanted", async () => {
    const quiet = await registered({});
    const wanted = ["Alert", "AlertDestination", "AlertTemplate"];
    expect(quiet.filter(({ kind }) => wanted.includes(kind))).toEqual([]);
    expect(namesOf(quiet, "Folder")).toEqual(["cqrs-dashboards"]);
    expect(namesOf(quiet, "Stream")).toEqual(
      Object.values(streams)
        .map(({ name }) => name)
        .sort(),
    );
  });

  describe("streams", () => {
    it("keep records for as long as the stack says, else as the contract says", () => {
      const days = (name: string) => named(all, "Stream", name).inputs.retentionDays;
      expect([days("cqrs-commands"), days("cqrs-metrics"), days("cqrs_command_total")]).toEqual([3, 5, 5]);
      expect(days("cqrs-queries")).toBe(streams.queries.retentionDays);
    });

    it("keep no copy of a record as it was before masking", () => {
      for (const { name } of Object.values(streams))
        expect(named(all, "Stream", name).inputs).toMatchObject({
          storeOriginalData: false,
          indexOriginalData: false,
        });
    });

    it("have the columns, indexes and partitions of the contract", () => {
      for (const { name, type, fields, fullTextSearch, index, partitionKeys } of Object.values(streams))
        expect(named(all, "Stream", name).inputs).toMatchObject({
          name,
          type,
          fields: fields.map(({ columnName, column }) => ({ name: columnName, type: column })),
          fullTextSearch,
          index,
          partitionKeys: partitionKeys.map((field) => ({ field })),
        });
    });

    it("of metrics are there, with the labels that alerts read, before the first metric is", () => {
      expect(named(all, "Stream", "cqrs_command_total").inputs).toMatchObject({
        name: "cqrs_command_total",
        type: "metrics",
        fields: [
          { name: "value", type: "Float64" },
          { name: "type", type: "Utf8" },
          { name: "status", type: "Utf8" },
        ],
      });
    });

    it("are there before the alerts that read them and the pipelines that fill them", () => {
      const made = (kind: string, name: string) => named(all, kind, name).after;
      expect(made("Alert", alerts.commandErrors.name)).toContain("Stream/cqrs_command_total");
      expect(made("Alert", alerts.eventDeadLetter.name)).toContain("Stream/cqrs-events");
      for (const role of logStreamRoles) {
        const [source, count] = [
          made("Pipeline", `cqrs-mask-${role}`),
          made("Pipeline", `cqrs-count-${role}`),
        ];
        expect(source).toEqual(expect.arrayContaining([`Stream/cqrs-${role}`, "Stream/cqrs-quarantine"]));
        expect(count).toEqual(expect.arrayContaining([`Stream/cqrs-${role}`, "Stream/cqrs-metrics"]));
      }
    });
  });

  it("mask with one function, which knows the stack's environment, service and region", () => {
    const { vrl } = named(all, "Function", "cqrs-mask").inputs as { vrl: string };
    for (const fallback of ["dev", "orders", "eu-central-1"]) expect(vrl).toContain(`{ "${fallback}" }`);
  });

  describe.each(logStreamRoles)("the masking pipeline of %s", (role) => {
    interface Node {
      readonly kind: string;
      readonly from: string;
      readonly function?: string;
      readonly when?: unknown;
      readonly stream?: string;
      readonly afterFlatten?: boolean;
    }
    const steps = () => {
      const { source, nodes, outputs } = named(all, "Pipeline", `cqrs-mask-${role}`).inputs as {
        source: { stream: string };
        nodes: Record<string, Node>;
        outputs: Record<string, Node>;
      };
      const wayTo = (id: string): string[] => {
        const node = nodes[id] ?? outputs[id];
        if (node === undefined) return [source.stream];
        return [...wayTo(node.from), node.function ?? node.stream ?? JSON.stringify(node.when)];
      };
      return { nodes, ways: Object.keys(outputs).map(wayTo) };
    };

    it("stores what is marked as masked, and of the rest only facts that are not personal", () => {
      const marked = (value: boolean) => JSON.stringify({ column: "pii_masked", operator: "=", value });
      const { storedName } = streams[role];
      const begin = [storedName, "cqrs-guard", "cqrs-mask"];
      expect(new Set(steps().ways)).toEqual(
        new Set([
          [...begin, marked(true), storedName],
          [...begin, marked(false), `cqrs-quarantine-${role}`, "cqrs_quarantine"],
        ]),
      );
    });

    it("is of functions and conditions, from a stream to streams", () => {
      const { source, outputs } = named(all, "Pipeline", `cqrs-mask-${role}`).inputs as {
        source: { kind: string };
        outputs: Record<string, Node>;
      };
      const kinds = Object.entries(steps().nodes).map(([id, { kind }]) => `${id} ${kind}`);
      expect(kinds.sort()).toEqual([
        "guard function",
        "mask function",
        "masked condition",
        "reduce function",
        "unmasked condition",
      ]);
      expect(steps().nodes.guard?.from).toBe("source");
      expect([source, ...Object.values(outputs)].map(({ kind }) => kind)).toEqual([
        "stream",
        "stream",
        "stream",
      ]);
    });

    it("masks before the server flattens, while nested values and keys are as they came", () => {
      const { guard, mask } = steps().nodes;
      expect([guard?.afterFlatten, mask?.afterFlatten]).toEqual([false, false]);
    });

    it("says what it is for", () => {
      expect(named(all, "Pipeline", `cqrs-mask-${role}`).inputs.description).toBe(
        `Masks personal data in ${streams[role].name}; what cannot be masked is quarantined`,
      );
    });

    it("names the stream of what it quarantines", () => {
      expect(named(all, "Function", `cqrs-quarantine-${role}`).inputs.vrl).toContain(streams[role].name);
    });

    it("is followed by one that counts each minute's errors into the metrics", () => {
      expect(named(all, "Pipeline", `cqrs-count-${role}`).inputs).toMatchObject({
        description: `Counts errors in ${streams[role].name} into cqrs-metrics`,
        source: { kind: "sql", periodMinutes: 1, frequencyMinutes: 1 },
        nodes: { metric: { kind: "function", function: "cqrs-metric", from: "source" } },
        outputs: {
          metrics: { kind: "stream", stream: "cqrs_metrics", streamType: "metrics", from: "metric" },
        },
      });
    });
  });

  describe("receivers", () => {
    const destination = (kind: string) => named(all, "AlertDestination", `cqrs-${kind}`).inputs;

    it("are posted to at their address, with the token where there is one", () => {
      expect(destination("webhook")).toMatchObject({
        type: "http",
        url: "https://hooks.example.com/cqrs",
        headers: { authorization: "Bearer webhook-token" },
      });
      expect(destination("slack")).toMatchObject({ type: "http", url: "https://hooks.slack.example.com/T0" });
      expect(destination("slack").headers).toEqual({});
      expect(destination("pagerduty").url).toBe("https://events.pagerduty.example.com/v2/enqueue");
      expect(destination("alertmanager").url).toBe("https://alertmanager.example.com/api/v2/alerts");
    });

    it("of e-mail are addresses", () => {
      expect(destination("email")).toMatchObject({
        type: "email",
        emails: ["ops@example.com", "dev@example.com"],
      });
    });

    it("have a template of their kind", () => {
      for (const kind of ["webhook", "slack", "email", "pagerduty", "alertmanager"]) {
        // Another organisation must not have templates named as those of `default`.
        const template = `cqrs-${kind}-team_a`;
        expect(destination(kind)).toMatchObject({ name: `cqrs-${kind}`, template });
        expect(named(all, "AlertTemplate", `cqrs-${kind}`).inputs).toMatchObject({ name: template });
        const { body } = named(all, "AlertTemplate", `cqrs-${kind}`).inputs as { body: string };
        expect(body.includes("routing-key")).toBe(kind === "pagerduty");
      }
    });

    it("have templates of their own names in the organisation default", async () => {
      const inside = await registered({ organization: "default", alerts: alerting });
      expect(named(inside, "AlertDestination", "cqrs-webhook").inputs.template).toBe("cqrs-webhook");
    });

    it("are those alone that the stack names", async () => {
      const { slack } = channels;
      const one = await registered({ alerts: { ...alerting, channels: { slack } } });
      for (const kind of ["AlertTemplate", "AlertDestination"])
        expect(namesOf(one, kind)).toEqual(["cqrs-slack"]);
      for (const { inputs } of one.filter(({ kind }) => kind === "Alert"))
        expect(inputs.destinations).toEqual(["cqrs-slack"]);
    });

    it("need no token", async () => {
      const { url } = channels.webhook;
      const open = await registered({ alerts: { ...alerting, channels: { webhook: { url } } } });
      expect(named(open, "AlertDestination", "cqrs-webhook").inputs.headers ?? {}).toEqual({});
    });

    it("may be on private addresses only where the stack says so", async () => {
      expect(destination("webhook").allowPrivateAddress).toBe(false);
      const inside = await registered({ alerts: { ...alerting, allowPrivateReceivers: true } });
      expect(named(inside, "AlertDestination", "cqrs-webhook").inputs.allowPrivateAddress).toBe(true);
    });
  });

  describe("alerts", () => {
    const alert = ({ name }: AlertDefinition) =>
      named(all, "Alert", name).inputs as {
        destinations: string[];
        contextAttributes: Record<string, string>;
      };

    it("go to the receivers of their severity", () => {
      const by = (definition: AlertDefinition) => alert(definition).destinations;
      const kinds = (...wanted: string[]) => wanted.map((kind) => `cqrs-${kind}`);
      expect(by(alerts.commandErrors)).toEqual(
        kinds("webhook", "alertmanager", "pagerduty", "slack", "email"),
      );
      expect(by(alerts.queryLatency)).toEqual(kinds("webhook", "alertmanager", "slack", "email"));
      expect(by(alerts.cacheHitRatio)).toEqual(kinds("webhook", "alertmanager", "slack"));
    });

    it("link to their dashboard, at the window that they look at", () => {
      expect(alert(alerts.commandErrors).contextAttributes.dashboard_url).toBe(
        "https://observe.example.com/web/dashboards/view?org_identifier=team%20a" +
          "&dashboard=cqrs-commands-id&folder=cqrs-dashboards-id&tab=default&period=30m",
      );
    });

    it("link to this project's runbooks, or to those that the stack names", async () => {
      const link = (each: readonly Registered[]) =>
        (named(each, "Alert", alerts.commandErrors.name).inputs.contextAttributes as Record<string, string>)
          .runbook_url;
      expect(link(all)).toBe("docs/runbooks.md#cqrs-command-error-rate");
      const runbookUrl = "https://wiki.example.com/runbooks";
      const elsewhere = await registered({ alerts: { ...alerting, runbookUrl } });
      expect(link(elsewhere)).toBe(`${runbookUrl}#cqrs-command-error-rate`);
    });

    it("tell whose they are, where the stack knows it", async () => {
      const owners = { development: "team@example.com" };
      const owned = await registered({ alerts: { ...alerting, owners } });
      expect(named(owned, "Alert", alerts.commandErrors.name).inputs.owner).toBe("team@example.com");
    });
  });
});

it("tells the stack the names, links and credentials that it hands on", async () => {
  let component: CqrsObservability | undefined;
  await registered({}, "", (made) => {
    component = made;
  });
  if (component === undefined) throw new Error("nothing was made");
  expect(await valueOf(component.streams.commands)).toBe("cqrs_commands");
  expect(await valueOf(component.dashboardUrls.queries)).toContain("&dashboard=cqrs-queries-id&");
  expect(component.account.email).toBe("orders-dev@o2cqrs.internal");
  expect(await valueOf(component.account.token)).toBe("t");
  expect(await isSecret(component.account.token)).toBe(true);
});
