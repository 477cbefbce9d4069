import { kubernetesManifests } from "../../../../stacks/platform/kubernetes/manifests.js";
import { kubernetesOptions, type KubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";
import { ingesterGraceSeconds } from "../../../../stacks/platform/kubernetes/ingester.js";
import { leftAlone } from "../../../../stacks/platform/kubernetes/left-alone.js";
import { nameOf, roles } from "../../../../stacks/platform/kubernetes/names.js";
import { secretDefinitions } from "../../../../stacks/platform/kubernetes/secrets.js";
import { type SizeName, sizes } from "../../../../stacks/platform/kubernetes/sizes.js";
import { containersOf, ofKind, podsOf, profiles, type Workload, workload, workloadsOf } from "./support.js";

const variants: readonly (readonly [string, KubernetesOptions])[] = [
  ...(Object.keys(sizes) as SizeName[]).map((size) => [size, { size }] as const),
  ["everything on", profiles.everything],
];

describe.each(variants)("the %s deployment on Kubernetes", (_, options) => {
  const manifests = kubernetesManifests(options);
  const pods = podsOf(manifests);
  const manifestOf = ({ metadata: { name }, kind }: Workload) =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)!;

  it("names every object once", () => {
    const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  it("keeps everything in its namespace but the namespace and the priorities", () => {
    const outside = manifests.filter(({ metadata }) => metadata.namespace === undefined);
    expect([...new Set(outside.map(({ kind }) => kind))]).toEqual(["Namespace", "PriorityClass"]);
  });

  it("meets the restricted standard in every pod, and can write to volumes only", () => {
    for (const pod of pods) {
      const { spec } = pod;
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
      for (const container of containersOf(pod))
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
    }
  });

  it("gives no pod a token for the API server, and each component an account of its own", () => {
    const accounts = ofKind(manifests, "ServiceAccount");
    for (const account of accounts) expect(account.automountServiceAccountToken).toBe(false);
    for (const { spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(accounts.map(({ metadata }) => metadata.name)).toContain(spec.serviceAccountName);
    }
  });

  it("sets aside and limits processor and memory for every container, and runs no image without a release", () => {
    for (const container of pods.flatMap(({ spec }) => [
      ...(spec.initContainers ?? []),
      ...spec.containers,
    ])) {
      expect(Object.keys(container.resources.requests)).toEqual(["cpu", "memory"]);
      expect(Object.keys(container.resources.limits)).toEqual(["cpu", "memory"]);
      expect(container.image).toMatch(/:[^:]+$/);
      expect(container.image).not.toMatch(/:latest$/);
    }
  });

  it("watches every long-running container from its start on, and mounts what it declares", () => {
    for (const { spec } of workloadsOf(manifests).map(({ spec }) => spec.template)) {
      for (const container of spec.containers) {
        for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"])
          expect(container).toHaveProperty(probe);
        const named = container.ports.map(({ name }) => name);
        for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
          expect(named).toContain((probe.httpGet ?? probe.tcpSocket)?.port);
      }
    }
  });

  it("starts a node anew that the cluster gives no work, but for routers, which are given none by the cluster", () => {
    for (const role of roles) {
      const pod = workloadsOf(manifests).find(({ metadata }) => metadata.name === nameOf(role))!.spec
        .template;
      const { startupProbe, livenessProbe, readinessProbe } = pod.spec.containers[0]!;
      const path = role === "router" ? "/healthz" : "/schedulez";
      for (const probe of [startupProbe, livenessProbe, readinessProbe])
        expect({ role, path: probe.httpGet?.path }).toEqual({ role, path });
    }
  });

  it("refers to no secret that nobody makes", () => {
    const made = secretDefinitions(kubernetesOptions.parse(options)).flatMap(({ name, keys, optionalKeys }) =>
      Object.keys({ ...keys, ...optionalKeys }).map((key) => `${name}/${key}`),
    );
    const operator = ["uri", "host", "port", "username", "password", "dbname"];
    const known = [...made, ...operator.map((key) => `openobserve-postgres-app/${key}`)];
    for (const pod of pods)
      for (const container of containersOf(pod))
        for (const { valueFrom } of container.env ?? [])
          if (valueFrom?.secretKeyRef !== undefined && valueFrom.secretKeyRef.optional !== true)
            expect(known).toContain(`${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`);
  });

  it("has a budget, a priority and a spread over zones and nodes for all that may be moved", () => {
    const budgets = ofKind(manifests, "PodDisruptionBudget");
    for (const { metadata, spec } of workloadsOf(manifests)) {
      if (metadata.name === "openobserve-object-store") continue;
      const budget = budgets.find(({ metadata: { name } }) => name === metadata.name);
      expect(budget?.spec).toMatchObject({ maxUnavailable: 1, selector: spec.selector });
      const pod = spec.template.spec;
      expect(pod.topologySpreadConstraints[0]!.topologyKey).toBe("topology.kubernetes.io/zone");
      expect(pod.affinity.podAntiAffinity).toBeDefined();
      expect(ofKind(manifests, "PriorityClass").map(({ metadata: { name } }) => name)).toContain(
        pod.priorityClassName,
      );
    }
  });

  it("counts the pods of one release for the spread where a new release starts beside the old one", () => {
    for (const { kind, metadata, spec } of workloadsOf(manifests)) {
      if (metadata.name === "openobserve-object-store") continue;
      const [zones] = spec.template.spec.topologySpreadConstraints;
      expect({ kind, keys: zones!.matchLabelKeys }).toEqual({
        kind,
        keys: kind === "Deployment" ? ["pod-template-hash"] : undefined,
      });
    }
  });

  it("starts two pods or more of everything, and leaves their number to the autoscaler where there is one", () => {
    const scaled = ofKind(manifests, "HorizontalPodAutoscaler");
    for (const workload of workloadsOf(manifests)) {
      if (workload.metadata.name === "openobserve-object-store") continue;
      expect(workload.spec.replicas).toBeGreaterThanOrEqual(2);
      const scaler = scaled.find(({ spec }) => spec.scaleTargetRef.name === workload.metadata.name);
      expect(leftAlone(manifestOf(workload)).includes("spec.replicas")).toBe(scaler !== undefined);
      if (scaler === undefined) continue;
      expect(scaler.spec.scaleTargetRef.kind).toBe(workload.kind);
      expect(scaler.spec.minReplicas).toBe(workload.spec.replicas);
    }
  });

  it("never asks for other claims of a stateful set that is there, as that would replace it", () => {
    const changed = workloadsOf(manifests).filter((workload) =>
      leftAlone(manifestOf(workload)).includes("spec.volumeClaimTemplates"),
    );
    expect(changed).toEqual(ofKind(manifests, "StatefulSet"));
  });

  it("selects with every Service pods that exist and ports that they name", () => {
    for (const { metadata, spec } of ofKind(manifests, "Service")) {
      const selected = workloadsOf(manifests).filter(({ spec: { template } }) =>
        Object.entries(spec.selector).every(([key, value]) => template.metadata.labels[key] === value),
      );
      expect({ service: metadata.name, selected: selected.length > 0 }).toEqual({
        service: metadata.name,
        selected: true,
      });
      for (const { targetPort } of spec.ports)
        for (const {
          spec: { template },
        } of selected)
          expect(template.spec.containers[0]!.ports.map(({ name }) => name)).toContain(targetPort);
    }
  });

  it("writes quantities as the API server writes them back", () => {
    const text = JSON.stringify(manifests);
    for (const [, millis] of text.matchAll(/"cpu":"(\d+)m"/g)) expect(Number(millis) % 1000).not.toBe(0);
    for (const [, mebibytes] of text.matchAll(/"memory":"(\d+)Mi"/g))
      expect(Number(mebibytes) % 1024).not.toBe(0);
  });
});

describe("the parts of a deployment on Kubernetes", () => {
  const manifests = kubernetesManifests({});
  const container = (name: string) => workload(name).spec.template.spec.containers[0]!;

  it("call a node ready when it takes work, and a router when it lives, as it is given none", () => {
    expect(container("router").readinessProbe.httpGet?.path).toBe("/healthz");
    for (const role of ["ingester", "querier", "compactor", "alertmanager"])
      expect(container(role).readinessProbe.httpGet?.path).toBe("/schedulez");
  });

  it("give an ingester more time to stop than its draining and flushing may take", () => {
    const script = container("ingester").lifecycle.preStop.exec.command[2]!;
    const seconds = [...script.matchAll(/^(?:call|sleep) (\d+)/gm)].map(([, count]) => Number(count));
    const total = seconds.reduce((sum, count) => sum + count, 0);
    expect(seconds).toHaveLength(3);
    expect(ingesterGraceSeconds).toBeGreaterThan(total);
    expect(workload("ingester").spec.template.spec.terminationGracePeriodSeconds).toBe(ingesterGraceSeconds);
  });

  it("keep what ingesters wrote when they are scaled down or deleted", () => {
    expect(workload("ingester").spec.persistentVolumeClaimRetentionPolicy).toEqual({
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
  });

  it("keep NATS's servers on nodes of their own, so that one node's loss leaves two to agree", () => {
    const { affinity } = workload("nats").spec.template.spec;
    expect(affinity.podAntiAffinity).toHaveProperty("requiredDuringSchedulingIgnoredDuringExecution");
    expect(workload("nats").spec.replicas).toBe(3);
  });

  it("let in only by TLS, and only to the gateway", () => {
    const ingresses = ofKind(manifests, "Ingress");
    expect(ingresses.map(({ spec }) => spec.rules[0]!.http.paths[0]!.backend.service.name)).toEqual([
      "openobserve-gateway",
    ]);
    expect(ingresses[0]!.spec.tls).toEqual([
      { hosts: ["observe.example.com"], secretName: "openobserve-tls" },
    ]);
  });

  it("replace the gateway's pods when its configuration changes", () => {
    const digest = (options: KubernetesOptions) =>
      workload("gateway", options).spec.template.metadata.annotations["o2cqrs/configuration"];
    expect(digest({})).toBe(digest({}));
    expect(digest({ limits: { requestsPerSecond: 5 } })).not.toBe(digest({}));
  });

  it("need no operator unless one is asked for", () => {
    const groups = (options: KubernetesOptions) => [
      ...new Set(
        kubernetesManifests(options)
          .map(({ apiVersion }) => apiVersion)
          .filter((version) => /\.(io|com)\//.test(version) && !version.includes(".k8s.io/")),
      ),
    ];
    expect(groups({})).toEqual([]);
    expect(groups(profiles.everything).sort()).toEqual([
      "external-secrets.io/v1",
      "monitoring.coreos.com/v1",
      "postgresql.cnpg.io/v1",
    ]);
  });
});
