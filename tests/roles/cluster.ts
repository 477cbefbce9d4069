import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { freePort } from "../../ops/start/free-port.js";
import type { GatewayAccount } from "../../stacks/platform/gateway/credentials.js";
import { ports, type Role } from "../../stacks/platform/kubernetes/names.js";
import type { KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { Gateway } from "./gateway.js";
import { Nats } from "./nats.js";
import { Node } from "./node.js";
import { ObjectStore } from "./object-store.js";
import { Postgres } from "./postgres.js";
import { type Program } from "./processes.js";

const secrets = {
  rootPassword: "Complexpass#123",
  internalToken: "roles-internal-token-0123456789",
  authenticationSalt: "roles-salt-0123456789",
  natsPassword: "roles-nats-password",
  s3AccessKey: "roles-access-key",
  s3SecretKey: "roles-secret-key",
};
const rootUser = "root@example.com";
const ingestToken = "roles-ingest-token-0123456789";

/** Each pod has an address of its own; here each process has one of this machine's. */
const addressOf = (ordinal: number) => `127.77.0.${ordinal}`;
const firstOfNats = 101;
const gatewayOrdinal = 100;

interface Counted {
  readonly hits: readonly { readonly records: number }[];
}

/** The whole platform of a size profile on one machine: gateway, NATS, PostgreSQL, an object store, a process a role. */
export class Cluster {
  readonly nodes: Node[] = [];
  /** All that runs but the nodes. */
  readonly #programs: Program[] = [];
  nats!: Nats;
  postgres!: Postgres;
  gateway!: Gateway;

  private constructor(
    private readonly folder: string,
    readonly store: ObjectStore,
  ) {}

  /** @param roles a node for each, the first an ingester */
  static async start(binary: string, roles: readonly Role[]): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), "o2cqrs-roles-"));
    // PostgreSQL and nginx's workers run as other users, who must get through to their own folders.
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
    const { folder, store } = this;
    const options = {
      size: "small",
      storage: { bucket: store.bucket, endpoint: store.url, region: "us-east-1" },
    } as const satisfies KubernetesOptions;
    this.nats = new Nats({
      folder,
      options,
      password: secrets.natsPassword,
      addressOf: (ordinal) => addressOf(firstOfNats + ordinal),
    });
    this.#programs.push(...this.nats.programs);
    await this.nats.start();
    this.postgres = await Postgres.prepare(folder);
    this.#programs.push(this.postgres.program);
    await this.postgres.start();
    this.postgres.createDatabase();
    const around = {
      binary,
      folder,
      options,
      secrets: { ...secrets, postgresUri: this.postgres.uri },
      nats: this.nats.addresses,
      routerGrpcPort: await freePort(),
    };
    for (const [index, role] of roles.entries()) {
      const node = new Node(role, addressOf(index + 1), around);
      this.nodes.push(node);
      node.start();
      // The first makes the tables; the others find them.
      if (index === 0) await node.ready();
    }
    await Promise.all(this.nodes.map((node) => node.ready()));
    const account = await this.#account();
    this.gateway = new Gateway({
      folder,
      options,
      host: addressOf(gatewayOrdinal),
      router: `${this.of("router")[0]!.address}:${ports.http}`,
      token: ingestToken,
      account,
    });
    this.#programs.push(this.gateway.program);
    await this.gateway.start();
  }

  /** Makes the service account that the gateway sends as. */
  async #account(): Promise<GatewayAccount> {
    const user = "orders@o2cqrs.internal";
    const url = `http://${this.of("router")[0]!.address}:${ports.http}`;
    const account = { email: user, first_name: "orders", last_name: "roles" };
    const answer = (await ask(`${url}/api/default/service_accounts`, basic, account)) as { token: string };
    return { user, credential: answer.token };
  }

  /** The nodes of a role. */
  of(role: Role): Node[] {
    return this.nodes.filter((node) => node.role === role);
  }

  /**
   * Sends records through the gateway with the application's token.
   *
   * @throws Error with the answer, unless all are taken
   */
  async ingest(records: readonly object[]): Promise<void> {
    const answer = await ask(`${this.gateway.url}/api/default/orders/_json`, bearer, records);
    const { status } = answer as { status: { successful: number; failed: number }[] };
    if (status[0]?.successful !== records.length) throw new Error(JSON.stringify(answer));
  }

  /** How many different records are found at an address. */
  async count(url: string): Promise<number> {
    const now = Date.now() * 1000;
    const query = {
      sql: 'SELECT count(DISTINCT id) AS records FROM "orders"',
      start_time: now - 3_600_000_000,
      end_time: now + 60_000_000,
      from: 0,
      size: 1,
    };
    const { hits } = (await ask(`${url}/api/default/_search?type=logs&use_cache=false`, basic, {
      query,
    })) as Counted;
    return hits[0]?.records ?? 0;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await Promise.all(this.#programs.map((program) => program.stop("SIGINT")));
    await this.store.stop();
    if (process.env.O2CQRS_KEEP_LOGS === undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}

const basic = `Basic ${Buffer.from(`${rootUser}:${secrets.rootPassword}`).toString("base64")}`;
const bearer = `Bearer ${ingestToken}`;

/** @throws Error with the answer, unless it is 200 */
async function ask(url: string, authorization: string, body: unknown): Promise<unknown> {
  const answer = await request(url, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${text}`);
  return JSON.parse(text) as unknown;
}
