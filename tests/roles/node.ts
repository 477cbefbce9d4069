import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { request } from "undici";
import { natsAddress } from "../../stacks/platform/kubernetes/addresses.js";
import { ports, type Role } from "../../stacks/platform/kubernetes/names.js";
import type { KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import type { SecretValueName } from "../../stacks/platform/kubernetes/secrets.js";
import { eventually, Program } from "./processes.js";
import { type RenderedRole, renderedRole } from "./rendered.js";

/** What all nodes of a cluster are given alike. */
export interface Surroundings {
  readonly binary: string;
  readonly folder: string;
  readonly options: KubernetesOptions;
  readonly secrets: Readonly<Partial<Record<SecretValueName, string>>>;
  /** `host:port` of each server of NATS. */
  readonly nats: string;
  readonly routerGrpcPort: number;
}

/** What the images bring and a machine without a network has not: files that the server would download. */
const offline = {
  ZO_MMDB_DISABLE_DOWNLOAD: "true",
  ZO_MODEL_PRICING_SOURCE_URL: "http://127.0.0.1:9/",
  ZO_REGEX_PATTERNS_SOURCE_URL: "http://127.0.0.1:9/",
};

/** Files go to the object store within seconds; by default they may stay on an ingester's disk for ten minutes. */
const hurried = { ZO_MAX_FILE_RETENTION_TIME: "5", ZO_FILE_PUSH_INTERVAL: "2" };

/** One pod's server as a process: its rendered environment, its own address, its disk a folder. */
export class Node {
  readonly #program: Program;
  readonly #rendered: RenderedRole;
  readonly #disk: string;
  #startedAt = 0;

  constructor(
    readonly role: Role,
    readonly address: string,
    around: Surroundings,
  ) {
    const name = `${role}-${address}`;
    this.#disk = join(around.folder, name);
    this.#rendered = renderedRole(role, around.options, around.secrets, name);
    const { environment, args } = this.#rendered;
    this.#program = new Program(name, {
      command: [around.binary, ...args],
      env: {
        ...environment,
        ...offline,
        ...hurried,
        // By default the host's name, which a pod has for itself: two nodes of one name drive each other out.
        ZO_INSTANCE_NAME: name,
        ZO_HTTP_ADDR: address,
        ZO_GRPC_ADDR: address,
        // A router listens for gRPC on every address, whatever it is told: there the port must be its own.
        ...(role === "router" && { ZO_GRPC_PORT: String(around.routerGrpcPort) }),
        ZO_DATA_DIR: `${this.#disk}/`,
        ZO_NATS_ADDR: environment.ZO_NATS_ADDR!.replace(natsAddress, around.nats),
      },
      folder: around.folder,
    });
  }

  get url(): string {
    return `http://${this.address}:${ports.http}`;
  }

  start(): void {
    mkdirSync(this.#disk, { recursive: true });
    this.#startedAt = Date.now();
    this.#program.start();
  }

  /** Resolves when its last start was so many seconds ago. */
  async hasRunFor(seconds: number): Promise<void> {
    await sleep(Math.max(0, this.#startedAt + seconds * 1000 - Date.now()));
  }

  /** Until all of its pod's probes would be content. */
  async ready(): Promise<void> {
    await eventually(`the probes of ${this.role} are content (see ${this.#program.log})`, async () => {
      const statuses = await this.probes();
      if (statuses.some((status) => status !== 200)) throw new Error(`they are answered ${statuses.join()}`);
    });
  }

  /** What its startup, liveness and readiness probes are answered. */
  probes(): Promise<number[]> {
    return Promise.all(this.#rendered.probePaths.map((path) => this.statusOf(path)));
  }

  /** Has the cluster give it no more work. */
  async withdraw(): Promise<void> {
    const { ZO_ROOT_USER_EMAIL: user, ZO_ROOT_USER_PASSWORD: password } = this.#rendered.environment;
    const credential = Buffer.from(`${user}:${password}`).toString("base64");
    const { statusCode, body } = await request(`${this.url}/node/enable?value=false`, {
      method: "PUT",
      headers: { authorization: `Basic ${credential}` },
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${this.role} was not withdrawn: ${statusCode}`);
  }

  async statusOf(path: string): Promise<number> {
    const { statusCode, body } = await request(`${this.url}${path}`);
    await body.dump();
    return statusCode;
  }

  kill(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }

  /** What the kubelet does when a pod is to go: the hook before the stop, then the request to stop. */
  async leave(): Promise<void> {
    await this.runHook();
    await this.#program.stop();
  }

  /** The hook before the stop, as rendered. */
  async runHook(): Promise<void> {
    const [file, ...args] = this.#rendered.preStop;
    if (file === undefined) return;
    await promisify(execFile)(
      file,
      args.map((arg) => arg.replaceAll("127.0.0.1", this.address)),
      { env: { PATH: process.env.PATH, ...this.#rendered.environment } },
    );
  }

  /** Files of records on its disk that are not yet in the object store. */
  get waitingFiles(): string[] {
    const folder = join(this.#disk, "wal", "files");
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".parquet"),
    );
  }

  /** Takes away all that it keeps; what is not elsewhere is lost. */
  loseDisk(): void {
    rmSync(this.#disk, { recursive: true });
  }
}
