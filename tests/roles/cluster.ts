import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { natsAddress } from "../../stacks/platform/kubernetes/addresses.js";
import { nameOf, ports, type Role } from "../../stacks/platform/kubernetes/names.js";
import { natsConfig } from "../../stacks/platform/kubernetes/nats.js";
import { kubernetesOptions, type KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { headlessName } from "../../stacks/platform/kubernetes/services.js";
import { sizes } from "../../stacks/platform/kubernetes/sizes.js";
import { ObjectStore } from "./object-store.js";
import { eventually, freePort, Program, startPostgres } from "./processes.js";
import { type RenderedRole, renderedRole } from "./rendered.js";

const secrets = {
  rootPassword: "Complexpass#123",
  rootToken: "roles-root-token-0123456789",
  internalToken: "roles-internal-token-0123456789",
  authenticationSalt: "roles-salt-0123456789",
  natsPassword: "roles-nats-password",
  s3AccessKey: "roles-access-key",
  s3SecretKey: "roles-secret-key",
};

/** What the images bring and a machine without a network has not: files that the server would download. */
const offline = {
  ZO_MMDB_DISABLE_DOWNLOAD: "true",
  ZO_MODEL_PRICING_SOURCE_URL: "http://127.0.0.1:9/",
  ZO_REGEX_PATTERNS_SOURCE_URL: "http://127.0.0.1:9/",
};

/** Each pod has an address of its own; here each process has one of this machine's. */
const addressOf = (ordinal: number) => `127.77.0.${ordinal}`;

/** One pod's server as a process: its rendered environment, its own address, its disk a folder. */
export class Node {
  readonly #program: Program;
  readonly #rendered: RenderedRole;

  constructor(
    readonly role: Role,
    readonly address: string,
    cluster: {
      readonly binary: string;
      readonly folder: string;
      readonly options: KubernetesOptions;
      readonly nats: string;
      readonly postgres: string;
      readonly routerGrpcPort: number;
    },
  ) {
    const name = `${role}-${address}`;
    const folder = join(cluster.folder, name);
    mkdirSync(folder);
    this.#rendered = renderedRole(role, cluster.options, { ...secrets, postgresUri: cluster.postgres }, name);
    const environment = {
      ...this.#rendered.environment,
      ...offline,
      // By default the host's name, which a pod has for itself: two nodes of one name drive each other out.
      ZO_INSTANCE_NAME: name,
      ZO_HTTP_ADDR: address,
      ZO_GRPC_ADDR: address,
      // A router listens for gRPC on every address, whatever it is told: there the port must be its own.
      ...(role === "router" && { ZO_GRPC_PORT: String(cluster.routerGrpcPort) }),
      ZO_DATA_DIR: `${folder}/`,
      ZO_NATS_ADDR: this.#rendered.environment.ZO_NATS_ADDR!.replace(natsAddress, cluster.nats),
    };
    const command = [cluster.binary, ...this.#rendered.args];
    this.#program = new Program(name, { command, env: environment, folder: cluster.folder });
  }

  get url(): string {
    return `http://${this.address}:${ports.http}`;
  }

  start(): void {
    this.#program.start();
  }

  /** Until both of its pod's probes would be content. */
  async ready(): Promise<void> {
    for (const path of [this.#rendered.startupPath, this.#rendered.readyPath])
      await eventually(`${this.role} answers ${path} (see ${this.#program.log})`, async () => {
        const { statusCode, body } = await request(`${this.url}${path}`);
        await body.dump();
        if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      });
  }

  kill(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }
}

interface Counted {
  readonly hits: readonly { readonly records: number }[];
}

/** The whole server of a size profile on one machine: NATS, PostgreSQL, an object store, and a process a role. */
export class Cluster {
  readonly #programs: Program[] = [];
  readonly nodes: Node[] = [];

  private constructor(
    private readonly folder: string,
    readonly store: ObjectStore,
  ) {}

  static async start(binary: string, roles: readonly Role[]): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), "o2cqrs-roles-"));
    // PostgreSQL may run as another user, who must get through to its own folder.
    chmodSync(folder, 0o711);
    const cluster = new Cluster(folder, await ObjectStore.start("telemetry"));
    try {
      await cluster.#start(binary, roles);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async #start(binary: string, roles: readonly Role[]): Promise<void> {
    const options = {
      size: "small",
      storage: { bucket: this.store.bucket, endpoint: this.store.url, region: "us-east-1" },
    } as const satisfies KubernetesOptions;
    const nats = await this.#startNats(options);
    const { program, uri } = await startPostgres(this.folder, "unused");
    this.#programs.push(program);
    const shared = {
      binary,
      folder: this.folder,
      options,
      nats,
      postgres: uri,
      routerGrpcPort: await freePort(),
    };
    for (const [index, role] of roles.entries()) {
      const node = new Node(role, addressOf(index + 1), shared);
      this.nodes.push(node);
      node.start();
      // The first makes the tables; the others find them.
      if (index === 0) await node.ready();
    }
    await Promise.all(this.nodes.map((node) => node.ready()));
  }

  /** As many as the profile has, with the rendered configuration; only the places are this machine's. */
  async #startNats(input: KubernetesOptions): Promise<string> {
    const options = kubernetesOptions.parse(input);
    const { replicas } = sizes[options.size].nats;
    const hosts = Array.from({ length: replicas }, (_, ordinal) => addressOf(101 + ordinal));
    const podOf = (ordinal: number) => `${nameOf("nats")}-${ordinal}`;
    for (const [ordinal, host] of hosts.entries()) {
      const folder = join(this.folder, podOf(ordinal));
      mkdirSync(folder);
      const config = hosts
        .reduce(
          (text, each, index) => text.replaceAll(`${podOf(index)}.${headlessName("nats")}`, each),
          natsConfig(options),
        )
        .replaceAll("/data", folder)
        .replaceAll("/tmp/", `${folder}/`);
      const file = join(folder, "nats.conf");
      writeFileSync(file, config);
      const program = new Program(podOf(ordinal), {
        command: [
          "nats-server",
          "--config",
          file,
          "--addr",
          host,
          "--cluster",
          `nats://${host}:${ports.natsRoutes}`,
        ],
        env: { POD_NAME: podOf(ordinal), NATS_PASSWORD: secrets.natsPassword },
        folder: this.folder,
      });
      program.start();
      this.#programs.push(program);
    }
    for (const host of hosts)
      await eventually(`NATS answers on ${host}`, async () => {
        const { statusCode, body } = await request(`http://${host}:${ports.natsMonitor}/healthz`);
        await body.dump();
        if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      });
    return `${hosts[0]!}:${ports.nats}`;
  }

  /** The nodes of a role. */
  of(role: Role): Node[] {
    return this.nodes.filter((node) => node.role === role);
  }

  /** Sends records to a node, again until it takes all of them. */
  async ingest(node: Node, records: readonly object[]): Promise<void> {
    await eventually(`${node.role} takes records`, async () => {
      const answer = await this.#ask(node, "/api/default/orders/_json", records);
      const { status } = answer as { status: { successful: number; failed: number }[] };
      if (status[0]?.successful !== records.length) throw new Error(JSON.stringify(answer));
    });
  }

  /** How many different records a node finds. */
  async count(node: Node): Promise<number> {
    const now = Date.now() * 1000;
    const query = {
      sql: 'SELECT count(DISTINCT id) AS records FROM "orders"',
      start_time: now - 3_600_000_000,
      end_time: now + 60_000_000,
      from: 0,
      size: 1,
    };
    const { hits } = (await this.#ask(node, "/api/default/_search?type=logs&use_cache=false", {
      query,
    })) as Counted;
    return hits[0]?.records ?? 0;
  }

  async #ask(node: Node, path: string, body: unknown): Promise<unknown> {
    const credential = Buffer.from(`root@example.com:${secrets.rootPassword}`).toString("base64");
    const answer = await request(`${node.url}${path}`, {
      method: "POST",
      headers: { authorization: `Basic ${credential}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text) as unknown;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await Promise.all(this.#programs.map((program) => program.stop("SIGINT")));
    await this.store.stop();
    if (process.env.O2CQRS_KEEP_LOGS === undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}
