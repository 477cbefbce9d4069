import { logStreamRoles, piiMarker, streams } from "@o2cqrs/contract";
import { type Properties, unknown } from "../../policy/resource.js";
import { alertsHaveDestinations } from "../../policy/rules/alerts-have-destinations.js";
import { disruptionBudgets } from "../../policy/rules/disruption-budgets.js";
import { httpsInProduction } from "../../policy/rules/https-in-production.js";
import { networkPolicies } from "../../policy/rules/network-policies.js";
import { isPinned, noLatestImages } from "../../policy/rules/no-latest-images.js";
import { noPlaintextSecrets } from "../../policy/rules/no-plaintext-secrets.js";
import { personalDataMasked } from "../../policy/rules/personal-data-masked.js";
import { resourceLimits } from "../../policy/rules/resource-limits.js";
import { streamRetention } from "../../policy/rules/stream-retention.js";
import { container, inCluster, noFacts, onServer, verdict, workload } from "./support.js";

describe("no-plaintext-secrets", () => {
  const secret = "hidden-token-0123";
  const facts = { production: false, secrets: [secret] };
  const broken = (...resources: Parameters<typeof verdict>[1]) =>
    verdict(noPlaintextSecrets, resources, facts);

  it("lets a config's secret stand in a Secret, a file put into a container, and what tells a receiver", () => {
    expect(
      broken(
        inCluster("Secret", "tokens", { stringData: { token: secret } }),
        container("gateway", { uploads: [{ file: "/tokens.json", content: `["${secret}"]` }] }),
        onServer("AlertDestination", "webhook", { url: `https://example.com/${secret}` }),
        onServer("AlertTemplate", "pager", { body: `{"routing_key":"${secret}"}` }),
      ),
    ).toEqual([]);
  });

  it("finds it anywhere else, encoded too, and does not repeat it", () => {
    const found = broken(
      inCluster("ConfigMap", "settings", { data: { token: secret } }),
      onServer("Dashboard", "overview", { description: Buffer.from(secret).toString("base64") }),
      container("server", { command: ["serve", `--token=${secret}`] }),
    );
    expect(found).toEqual([
      "settings: data.token holds a value that the stack's config keeps secret",
      "overview: description holds a value that the stack's config keeps secret",
      "server: command.1 holds a value that the stack's config keeps secret",
    ]);
    expect(found.join()).not.toContain(secret);
  });

  it("lets a container's environment hold only credentials that its program takes in no other way", () => {
    expect(broken(container("server", { envs: [`ZO_ROOT_USER_PASSWORD=${secret}`] }))).toEqual([]);
    expect(broken(container("server", { envs: ["A=b", `SMTP_PASSWORD=${secret}`] }))).toEqual([
      "server: envs.1 holds a value that the stack's config keeps secret",
    ]);
  });

  it("knows credentials by their shape where config does not have them", () => {
    expect(
      broken(inCluster("ConfigMap", "a", { data: { key: "-----BEGIN RSA PRIVATE KEY-----\n…" } })),
    ).toEqual(["a: data.key holds a private key"]);
    expect(broken(inCluster("ConfigMap", "a", { data: { url: "postgres://me:word@db/o2" } }))).toEqual([
      "a: data.url holds an address with a password",
    ]);
    expect(broken(inCluster("ConfigMap", "a", { data: { url: "https://db.example.com:5432/@me" } }))).toEqual(
      [],
    );
  });

  it("wants a pod's credentials by reference", () => {
    const reference = { secretKeyRef: { name: "server", key: "password" } };
    const env = [
      { name: "DB_PASSWORD", valueFrom: reference },
      { name: "LOG_LEVEL", value: "info" },
    ];
    expect(broken(workload("api", { container: { env } }))).toEqual([]);
    expect(broken(workload("api", { container: { env: [{ name: "DB_PASSWORD", value: "word" }] } }))).toEqual(
      ["api: container main has DB_PASSWORD written out instead of a reference to a Secret"],
    );
  });
});

describe("https-in-production", () => {
  const receiver = (url: string) => onServer("AlertDestination", "webhook", { url });
  const ingress = (hosts: string[], annotations: Properties = {}) =>
    inCluster("Ingress", "web", {
      metadata: { name: "web", annotations },
      spec: { tls: [{ hosts }], rules: [{ host: "a.example.com" }] },
    });
  const inProduction = (...resources: Parameters<typeof verdict>[1]) =>
    verdict(httpsInProduction, resources, { production: true, secrets: [] });

  it("lets production tell receivers by https, and those on the same machine as they like", () => {
    expect(inProduction(receiver("https://example.com"), receiver("http://127.0.0.1:9093"))).toEqual([]);
    expect(inProduction(receiver("http://example.com/?key=k"))).toEqual([
      "webhook: alerts are sent over plain HTTP",
    ]);
  });

  it("wants a certificate for every host of an ingress, and no plain HTTP beside it", () => {
    expect(inProduction(ingress(["a.example.com"]))).toEqual([]);
    expect(inProduction(ingress(["b.example.com"]))).toEqual(["web: host a.example.com has no certificate"]);
    const open = { "nginx.ingress.kubernetes.io/ssl-redirect": "false" };
    expect(inProduction(ingress(["a.example.com"], open))).toEqual([
      "web: plain HTTP is served instead of redirected",
    ]);
  });

  it("closes the ways around the gateway", () => {
    expect(inProduction(inCluster("Service", "server", { spec: { type: "ClusterIP" } }))).toEqual([]);
    expect(inProduction(inCluster("Service", "server", { spec: { type: "NodePort" } }))).toHaveLength(1);
    expect(inProduction(container("gateway", { ports: [{ internal: 8443 }] }))).toEqual([]);
    expect(inProduction(container("server", { ports: [{ internal: 5080 }] }))).toHaveLength(1);
  });

  it("leaves development alone", () => {
    expect(verdict(httpsInProduction, [receiver("http://example.com")], noFacts)).toEqual([]);
  });
});

describe("stream-retention", () => {
  it("wants a number of days for every stream", () => {
    expect(verdict(streamRetention, [onServer("Stream", "a", { retentionDays: 7 })])).toEqual([]);
    expect(verdict(streamRetention, [onServer("Stream", "a", { retentionDays: unknown })])).toEqual([]);
    for (const props of [{}, { retentionDays: 0 }, { retentionDays: null }])
      expect(verdict(streamRetention, [onServer("Stream", "a", props)])).toHaveLength(1);
  });
});

describe("personal-data-masked", () => {
  const { name, storedName } = streams.commands;
  const stream = (settings: Properties = {}) => onServer("Stream", name, { ...settings });
  const test = (value: boolean) => ({ kind: "condition", when: { column: piiMarker, operator: "=", value } });
  const nodes = {
    guard: { kind: "function", from: ["source"] },
    mask: { kind: "function", from: "guard" },
    masked: { ...test(true), from: "mask" },
    unmasked: { ...test(false), from: "mask" },
    reduce: { kind: "function", from: "unmasked" },
  };
  const outputs = {
    stored: { stream: storedName, from: "masked" },
    quarantine: { stream: "q", from: "reduce" },
  };
  const pipeline = (changed: Properties = {}) =>
    onServer("Pipeline", "mask", {
      source: { kind: "stream", stream: storedName },
      nodes,
      outputs,
      ...changed,
    });
  const broken = (...resources: Parameters<typeof verdict>[1]) => verdict(personalDataMasked, resources);

  it("is content with a stream whose pipeline masks, tests and only then writes", () => {
    expect(broken(stream(), pipeline())).toEqual([]);
  });

  it.each(logStreamRoles)("wants a pipeline for the stream of %s", (role) => {
    const { name: own } = streams[role];
    expect(broken(onServer("Stream", own))).toEqual([`${own}: no pipeline masks its records`]);
  });

  it("asks nothing of a stream without personal data", () => {
    expect(broken(onServer("Stream", streams.metrics.name))).toEqual([]);
  });

  it("finds an output that the source, a function or another test leads to", () => {
    const message = `mask: output stored gets records that no condition on ${piiMarker} has let through`;
    for (const from of ["source", "mask", "unmasked", ["masked", "mask"]])
      expect(broken(stream(), pipeline({ outputs: { stored: { from } } }))).toEqual([message]);
    const anything = {
      kind: "condition",
      when: { column: "status", operator: "=", value: "error" },
      from: "mask",
    };
    expect(broken(stream(), pipeline({ nodes: { ...nodes, masked: anything } }))).toContain(message);
    const early = { ...test(true), from: "source" };
    expect(broken(stream(), pipeline({ nodes: { ...nodes, masked: early } }))).toContain(message);
  });

  it("finds copies of originals, and a pipeline that is off", () => {
    expect(broken(stream({ storeOriginalData: true }), pipeline())).toHaveLength(1);
    expect(broken(stream({ indexOriginalData: true }), pipeline())).toHaveLength(1);
    expect(broken(stream(), pipeline({ enabled: false }))).toEqual([
      "mask: the masking pipeline is switched off",
    ]);
  });
});

describe("no-latest-images", () => {
  it.each([
    ["registry.example.com:5000/team/app:1.2.3", true],
    [`app@sha256:${"a".repeat(64)}`, true],
    ["app", false],
    ["app:latest", false],
    ["registry.example.com:5000/app", false],
  ])("%s names a release: %s", (image, expected) => {
    expect(isPinned(image)).toBe(expected);
  });

  it("looks at containers of both targets, those that prepare a pod, and the database", () => {
    const image = "app:latest";
    const preparing = inCluster("StatefulSet", "db", {
      spec: { template: { spec: { initContainers: [{ image }], containers: [{ image: "app:1" }] } } },
    });
    const cluster = inCluster("Cluster", "postgres", { spec: { imageName: image } });
    const bad = [
      container("server", { image }),
      workload("api", { container: { image } }),
      preparing,
      cluster,
    ];
    expect(verdict(noLatestImages, bad)).toEqual(
      ["server", "api", "db", "postgres"].map((name) => `${name}: image app:latest names no release`),
    );
    expect(verdict(noLatestImages, [container("server", { image: "app:1" })])).toEqual([]);
  });
});

describe("resource-limits", () => {
  const half = { cpu: "1", memory: "1Gi" };

  it("wants requests and limits of every container in a pod", () => {
    expect(
      verdict(resourceLimits, [
        workload("api", { container: { resources: { requests: half, limits: half } } }),
      ]),
    ).toEqual([]);
    expect(
      verdict(resourceLimits, [workload("api", { container: { resources: { requests: half } } })]),
    ).toEqual(["api: container main has no limit of cpu", "api: container main has no limit of memory"]);
  });

  it("wants a container's memory, swap and processor bounded", () => {
    expect(
      verdict(resourceLimits, [container("server", { memory: 512, memorySwap: 512, cpus: "1" })]),
    ).toEqual([]);
    expect(verdict(resourceLimits, [container("server", { memory: 512, cpus: "1" })])).toEqual([
      "server: the container has no memorySwap",
    ]);
    expect(verdict(resourceLimits, [container("files", { start: false })])).toEqual([]);
  });
});

describe("disruption-budgets", () => {
  const budget = (name: string, spec: Properties) =>
    inCluster("PodDisruptionBudget", name, { spec: { selector: { matchLabels: { app: "api" } }, ...spec } });

  it("wants one budget for each workload of several pods", () => {
    expect(verdict(disruptionBudgets, [workload("api"), budget("api", { maxUnavailable: 1 })])).toEqual([]);
    expect(verdict(disruptionBudgets, [workload("api", { replicas: 1 })])).toEqual([]);
    expect(verdict(disruptionBudgets, [workload("web"), budget("api", { maxUnavailable: 1 })])).toEqual([
      "web: no budget covers the Deployment's pods",
    ]);
    const two = [budget("a", { maxUnavailable: 1 }), budget("b", { maxUnavailable: 1 })];
    expect(verdict(disruptionBudgets, [workload("api"), ...two])).toEqual([
      "api: two budgets select the same pods",
    ]);
  });

  it("finds a budget that lets nobody go", () => {
    for (const spec of [{ maxUnavailable: 0 }, { minAvailable: 2 }, { minAvailable: "100%" }])
      expect(verdict(disruptionBudgets, [workload("api"), budget("api", spec)])).toEqual([
        "api: the budget lets no pod go, so that no node can be drained",
      ]);
  });
});

describe("network-policies", () => {
  const policy = (name: string, spec: Properties) =>
    inCluster("NetworkPolicy", name, {
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...spec },
    });

  it("wants both directions of every pod governed", () => {
    expect(verdict(networkPolicies, [workload("api"), policy("deny", {})])).toEqual([]);
    expect(verdict(networkPolicies, [workload("api")])).toEqual([
      "api: anybody may reach its pods",
      "api: its pods may reach anything",
    ]);
    expect(verdict(networkPolicies, [workload("api"), policy("deny", { policyTypes: ["Ingress"] })])).toEqual(
      ["api: its pods may reach anything"],
    );
    const elsewhere = { podSelector: { matchLabels: { app: "web" } } };
    expect(verdict(networkPolicies, [workload("api"), policy("deny", elsewhere)])).toHaveLength(2);
  });

  it("finds a rule that allows everyone", () => {
    expect(
      verdict(networkPolicies, [workload("api"), policy("open", { ingress: [{ ports: [{ port: 80 }] }] })]),
    ).toEqual(["open: the policy has a rule without a peer, which allows everyone"]);
  });
});

describe("alerts-have-destinations", () => {
  const alert = (props: Properties) => onServer("Alert", "slow", props);
  const webhook = onServer("AlertDestination", "webhook");

  it("wants every alert on, and told to somebody whom the stack makes", () => {
    expect(
      verdict(alertsHaveDestinations, [webhook, alert({ destinations: ["webhook"], enabled: true })]),
    ).toEqual([]);
    expect(verdict(alertsHaveDestinations, [webhook, alert({ destinations: [unknown] })])).toEqual([]);
    expect(verdict(alertsHaveDestinations, [webhook, alert({ destinations: [] })])).toEqual([
      "slow: the alert tells nobody",
    ]);
    expect(verdict(alertsHaveDestinations, [webhook, alert({ destinations: ["pager"] })])).toEqual([
      "slow: the stack has no destination pager",
    ]);
    expect(
      verdict(alertsHaveDestinations, [webhook, alert({ destinations: ["webhook"], enabled: false })]),
    ).toEqual(["slow: the alert is switched off"]);
  });
});
