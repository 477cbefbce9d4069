import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { rootCertificates } from "node:tls";
import { type TrafficDriver } from "../../ops/gate/traffic/driver.js";
import { canaryAnnotations } from "../../ops/gate/traffic/ingress.js";
import { trafficDriver } from "../../ops/gate/traffic/options.js";
import { minutes, type Reference } from "./api.js";
import { ControlPlane, describeWithCluster } from "./control-plane.js";

const namespace = "shop";
const account = { name: "gate", namespace };
const rbac = "rbac.authorization.k8s.io/v1";

const ingress = (name: string, annotations: Readonly<Record<string, string>> = {}): Reference => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: Object.assign({ name, namespace }, { annotations }),
  spec: {
    ingressClassName: "nginx",
    rules: [
      {
        host: "orders.example.com",
        http: {
          paths: [{ path: "/", pathType: "Prefix", backend: { service: { name, port: { number: 80 } } } }],
        },
      },
    ],
  },
});

const canary = ingress("orders-canary", { "example.com/team": "shop" });
const stable = ingress("orders");

/** What docs/release.md asks for, and no more: that one ingress, to read and to patch. */
const role: Reference = {
  apiVersion: rbac,
  kind: "Role",
  metadata: account,
  rules: [
    {
      apiGroups: ["networking.k8s.io"],
      resources: ["ingresses"],
      resourceNames: ["orders-canary"],
      verbs: ["get", "patch"],
    },
  ],
};

const binding: Reference = {
  apiVersion: rbac,
  kind: "RoleBinding",
  metadata: account,
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: account.name },
  subjects: [{ kind: "ServiceAccount", ...account }],
};

// Each wait ends at its event; only a machine that does much besides comes near this.
jest.setTimeout(minutes(10));

describeWithCluster("the gate's driver of ingress-nginx, on a real API server", () => {
  const { signal } = new AbortController();
  const drivers: TrafficDriver[] = [];
  let plane: ControlPlane;
  let folder: string;
  let token: string;
  let authority: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "o2cqrs-canary-"));
    plane = await ControlPlane.start();
    authority = readFileSync(join(dirname(plane.kubeconfig), "certificates", "apiserver.crt"), "utf8");
    const { api } = plane;
    await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await api.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: account });
    for (const object of [role, binding, canary, stable]) await api.apply(object);
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account.name}/token`;
    const wanted = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const answer = (await api.send("POST", path, JSON.stringify(wanted))) as { status: { token: string } };
    token = answer.status.token;
  });

  afterAll(async () => {
    for (const driver of drivers) await driver.close();
    await plane.stop();
    rmSync(folder, { recursive: true });
  });

  /** The driver as the command line makes it, with the access that a kubeconfig gives. */
  async function driverOf(name: string, access: { token?: string; authority?: string } = {}) {
    const { clusters } = JSON.parse(readFileSync(plane.kubeconfig, "utf8")) as {
      clusters: { cluster: { server: string } }[];
    };
    const data = Buffer.from(access.authority ?? authority).toString("base64");
    const cluster = { server: clusters[0]?.cluster.server, "certificate-authority-data": data };
    const kubeconfig = join(folder, `${drivers.length}.json`);
    const config = {
      clusters: [{ name: "test", cluster }],
      users: [{ name: "gate", user: { token: access.token ?? token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "gate", namespace } }],
      "current-context": "test",
    };
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    const driver = await trafficDriver({ traffic: "ingress", ingress: name, kubeconfig }, { env: {} });
    drivers.push(driver);
    return driver;
  }

  it("gives the canary each share with a service account that may touch that ingress alone", async () => {
    const driver = await driverOf("orders-canary");
    const before = (await plane.api.get(canary))!;
    expect(await driver.read(signal)).toBeUndefined();
    for (const percent of [5, 25, 50, 100, 0]) {
      await driver.set(percent, signal);
      expect(await driver.read(signal)).toBe(percent);
      const { metadata, spec } = (await plane.api.get(canary))!;
      expect(metadata.annotations).toEqual({
        "example.com/team": "shop",
        [canaryAnnotations.canary]: "true",
        [canaryAnnotations.weight]: String(percent),
      });
      expect(spec).toEqual(before.spec);
    }
  });

  it("changes nothing when it sets a share that the canary has", async () => {
    const driver = await driverOf("orders-canary");
    await driver.set(25, signal);
    const once = (await plane.api.get(canary))!.metadata.resourceVersion;
    await driver.set(25, signal);
    expect((await plane.api.get(canary))!.metadata.resourceVersion).toBe(once);
  });

  it("is refused any other ingress, says what right is missing, and leaves it as it is", async () => {
    const before = await plane.api.get(stable);
    const driver = await driverOf("orders");
    await expect(driver.set(5, signal)).rejects.toMatchObject({
      message: expect.stringMatching(/answered 403 for ingress shop\/orders/),
      cure: expect.stringContaining("get and patch of ingresses"),
    });
    expect(await plane.api.get(stable)).toEqual(before);
  });

  it("says what to do without a valid token, or where the server's certificate is not the authority's", async () => {
    const stranger = await driverOf("orders-canary", { token: "not-a-token" });
    const refused = await stranger.read(signal).catch((error: unknown) => error);
    expect(refused).toMatchObject({ message: expect.stringContaining("401") });
    expect(String(refused)).not.toContain("not-a-token");
    const deceived = await driverOf("orders-canary", { authority: rootCertificates[0]! });
    await expect(deceived.read(signal)).rejects.toMatchObject({ exitCode: 3 });
  });
});
