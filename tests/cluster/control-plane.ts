import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api, type KubeObject, until } from "./api.js";

/** Where `npm run test:cluster` has put the programs; nothing here runs without it. */
const programs = process.env.O2CQRS_CONTROL_PLANE;

/** Declares tests that need a control plane; without one they are skipped, and the reason is printed. */
export function describeWithCluster(name: string, declare: () => void): void {
  if (programs === undefined) console.warn("Skipping: run by npm run test:cluster");
  (programs === undefined ? describe.skip : describe)(name, declare);
}

export const zones = ["a", "b", "c"];
/** What a node has: enough for the large profile on six. */
const nodeSize = { cpu: "64", memory: "256Gi", pods: "110" };

/** Two nodes in each of three zones. */
export const nodes = zones.flatMap((zone) =>
  [1, 2].map((number) => ({ name: `node-${zone}${number}`, zone })),
);

/**
 * A control plane of Kubernetes on this machine: etcd, the API server, the controllers and the scheduler are the
 * real ones; nodes and what runs on them are played by kwok, which starts and ends every pod at once.
 */
export class ControlPlane {
  readonly #children: { readonly name: string; readonly child: ChildProcess }[] = [];

  private constructor(
    readonly api: Api,
    /** For clients that want a file. */
    readonly kubeconfig: string,
    private readonly folder: string,
  ) {}

  static async start(): Promise<ControlPlane> {
    const folder = mkdtempSync(join(tmpdir(), "control-plane-"));
    const [etcdPort, peerPort, apiPort] = await freePorts(3);
    const address = `https://127.0.0.1:${apiPort}`;
    const token = randomBytes(16).toString("hex");
    const kubeconfig = join(folder, "kubeconfig");
    const plane = new ControlPlane(new Api(address, token), kubeconfig, folder);
    try {
      plane.#writeFiles(address, token);
      plane.#etcd(`http://127.0.0.1:${etcdPort}`, `http://127.0.0.1:${peerPort}`);
      plane.#apiServer(`http://127.0.0.1:${etcdPort}`, String(apiPort));
      await until("the API server is ready", () => plane.api.isReady());
      plane.#controllers();
      await plane.#furnish();
    } catch (error) {
      const logs = plane.#lastLines();
      await plane.stop();
      throw new Error(`The control plane did not start:\n${logs}`, { cause: error });
    }
    return plane;
  }

  /** Ends every program, the API server before its database. */
  async stop(): Promise<void> {
    await this.api.close();
    for (const { child } of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      // Nothing of it is kept, so nothing need be put in order.
      child.kill("SIGKILL");
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #file = (name: string): string => join(this.folder, name);

  #writeFiles(server: string, token: string): void {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    writeFileSync(this.#file("accounts.key"), privateKey, { mode: 0o600 });
    writeFileSync(this.#file("accounts.pub"), publicKey);
    writeFileSync(this.#file("tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
    writeFileSync(
      this.kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [{ name: "admin", user: { token } }],
        contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
        "current-context": "test",
      }),
      { mode: 0o600 },
    );
  }

  #run(name: string, program: string, args: readonly string[]): void {
    const log = openSync(this.#file(`${name}.log`), "w");
    const child = spawn(program, args, { stdio: ["ignore", log, log] });
    child.on("error", () => undefined);
    closeSync(log);
    this.#children.push({ name, child });
  }

  #etcd(client: string, peer: string): void {
    this.#run("etcd", "etcd", [
      `--data-dir=${this.#file("etcd")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      "--unsafe-no-fsync",
    ]);
  }

  #apiServer(etcd: string, port: string): void {
    this.#run("kube-apiserver", join(programs ?? "", "kube-apiserver"), [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--cert-dir=${this.#file("certificates")}`,
      `--token-auth-file=${this.#file("tokens.csv")}`,
      "--authorization-mode=RBAC",
      // Debian's etcd is too old for it, and clients that are refused it otherwise ask again every half minute.
      "--feature-gates=WatchList=false",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${this.#file("accounts.pub")}`,
      `--service-account-signing-key-file=${this.#file("accounts.key")}`,
    ]);
  }

  #controllers(): void {
    const kubeconfig = `--kubeconfig=${this.kubeconfig}`;
    // They hold back their own requests otherwise, for the sake of servers with more to do.
    const unthrottled = ["--kube-api-qps=1000", "--kube-api-burst=2000"];
    this.#run("controllers", join(programs ?? "", "kube-controller-manager"), [
      kubeconfig,
      ...unthrottled,
      "--leader-elect=false",
      "--secure-port=0",
      "--use-service-account-credentials=false",
      `--service-account-private-key-file=${this.#file("accounts.key")}`,
      // A loaded machine delays heartbeats: a node is lost when a test deletes it, as a cloud's controller does.
      "--node-monitor-grace-period=24h",
      "--horizontal-pod-autoscaler-sync-period=1s",
    ]);
    this.#run("scheduler", join(programs ?? "", "kube-scheduler"), [
      kubeconfig,
      ...unthrottled,
      "--leader-elect=false",
      "--secure-port=0",
    ]);
    const stages = join(programs ?? "", "stages");
    this.#run("kwok", join(programs ?? "", "kwok"), [
      kubeconfig,
      "--manage-all-nodes",
      "--node-lease-duration-seconds=0",
      ...readdirSync(stages).map((file) => `--config=${join(stages, file)}`),
    ]);
  }

  /** Nodes, a class of volumes that kwok provides, and what operators define. */
  async #furnish(): Promise<void> {
    await this.api.apply(storageClass);
    for (const { name } of nodes) await this.addNode(name);
    for (const file of readdirSync(join(programs ?? "", "definitions")))
      await this.api.applyYaml(readFileSync(join(programs ?? "", "definitions", file), "utf8"));
    await until("all nodes are ready", async () => {
      const found = await this.api.list("v1", "Node");
      return found.filter(isReady).length === nodes.length;
    });
  }

  /** Adds a node, or adds it again. */
  async addNode(name: string): Promise<void> {
    const zone = nodes.find((node) => node.name === name)?.zone ?? "";
    const labels = { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone };
    const node = { apiVersion: "v1", kind: "Node", metadata: { name, labels } };
    await this.api.create({ ...node, status: { allocatable: nodeSize, capacity: nodeSize } });
  }

  #lastLines(): string {
    return this.#children
      .map(({ name }) => `${name}: ${readFileSync(this.#file(`${name}.log`), "utf8").slice(-1500)}`)
      .join("\n");
  }
}

export const isReady = ({ status }: KubeObject): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;

const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: {
    name: "kwok-volume",
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
  provisioner: "kwok.x-k8s.io/volume",
  reclaimPolicy: "Delete",
  volumeBindingMode: "Immediate",
};

/** Ports that nobody listens on; all are held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
