import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { OpenObserve } from "@o2cqrs/providers/client";
import { Agent, request } from "undici";
import { freePort } from "../../ops/start/free-port.js";
import { defineDocker } from "../../stacks/platform/docker/define.js";
import type { ContainerRole, DockerDefinition } from "../../stacks/platform/docker/definition.js";
import type { DockerOptions } from "../../stacks/platform/docker/options.js";
import { gatewayAccountFile, gatewayTokensFile } from "../../stacks/platform/gateway/credentials.js";
import { apply, carryFiles, create, healthy, type Secrets } from "./apply.js";
import { type Daemon, startDaemon } from "./daemon.js";
import { gatewayImage, gatewayModule, importImages, serverImage } from "./images.js";

export type Release = "0.60" | "0.90";
export type Authorization = "root" | "token" | "none" | { readonly header: string };

export const rootUser = "root@example.com";
const sendingAccount = "orders-suite@o2cqrs.internal";

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  json(): unknown;
}

export interface CallOptions {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly as?: Authorization;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What `target: docker` describes, on a daemon of its own, as somebody outside sees it. */
export class Deployment {
  readonly url: string;
  readonly caFile: string;
  readonly #agent: Agent;
  #release: Release;
  #limits: NonNullable<DockerOptions["limits"]> = { maxBodyMegabytes: 1 };

  private constructor(
    readonly daemon: Daemon,
    readonly port: number,
    public secrets: Secrets,
    readonly token: string,
    release: Release,
  ) {
    this.url = `https://localhost:${port}`;
    this.caFile = join(daemon.folder, "tls", "tls.crt");
    this.#agent = new Agent({ connect: { ca: secrets.tlsCertificate }, connections: 16 });
    this.#release = release;
  }

  static async start(release: Release): Promise<Deployment> {
    const daemon = await startDaemon();
    try {
      await importImages(daemon.docker);
      const token = randomBytes(24).toString("hex");
      const secrets = {
        ...makeCertificate(join(daemon.folder, "tls")),
        rootPassword: `Aa1#${randomBytes(12).toString("hex")}`,
        gatewayTokens: gatewayTokensFile([token]),
        gatewayAccount: "",
        s3AccessKey: "",
        s3SecretKey: "",
      };
      const deployment = new Deployment(daemon, await freePort(), secrets, token, release);
      await apply(daemon.docker, deployment.definition(), secrets);
      await deployment.#sendAsAccount();
      return deployment;
    } catch (error) {
      await daemon.close();
      throw error;
    }
  }

  /** Makes a service account on the server and has the gateway send as it, as the deployment does at its end. */
  async #sendAsAccount(): Promise<void> {
    const without = await this.call("/api/default/x/_json", { method: "POST", as: "token", body: "[]" });
    if (without.status !== 503) throw new Error(`without an account the gateway answers ${without.text}`);
    const credential = { kind: "basic", user: rootUser, password: this.secrets.rootPassword } as const;
    const caCertificate = this.secrets.tlsCertificate;
    const server = new OpenObserve({ url: this.url, organization: "default", credential, caCertificate });
    try {
      const body = { email: sendingAccount, first_name: "orders", last_name: "suite" };
      const token =
        (await server.serviceAccounts.create(body)) ??
        (await server.serviceAccounts.readToken(sendingAccount)) ??
        "";
      const gatewayAccount = gatewayAccountFile({ user: sendingAccount, credential: token });
      this.secrets = { ...this.secrets, gatewayAccount };
      const { definition } = this.container("gateway");
      await carryFiles(this.docker, definition, definition.account!, this.secrets);
    } finally {
      await server.close();
    }
  }

  get docker(): Docker {
    return this.daemon.docker;
  }

  get release(): Release {
    return this.#release;
  }

  get options(): DockerOptions {
    return {
      name: "suite",
      port: this.port,
      gatewayModule,
      images: { openobserve: serverImage(this.#release), gateway: gatewayImage },
      memory: { openobserve: 512 },
      healthCommand: ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:5080/healthz"],
      limits: this.#limits,
      allowLoopbackReceivers: true,
    };
  }

  definition(): DockerDefinition {
    return defineDocker(this.options);
  }

  container(role: ContainerRole) {
    const found = this.definition().containers.find((each) => each.role === role);
    if (found === undefined) throw new Error(`there is no ${role}`);
    return { definition: found, handle: this.docker.getContainer(found.name) };
  }

  /** Makes the server's container anew, on the same volume, with the image of a release. */
  async replaceServer(release: Release): Promise<void> {
    const before = this.container("openobserve");
    await before.handle.stop();
    await before.handle.remove();
    this.#release = release;
    await create(this.docker, this.container("openobserve").definition, this.definition(), this.secrets);
  }

  /** Makes the gateway's container anew, and the one that carries its files. */
  async limitRate(requestsPerSecond: number, burst: number): Promise<void> {
    const { definition: before, handle } = this.container("gateway");
    for (const each of [handle, this.docker.getContainer(before.files!.volume)])
      await each.remove({ force: true });
    this.#limits = { ...this.#limits, requestsPerSecond, burst };
    await create(this.docker, this.container("gateway").definition, this.definition(), this.secrets);
  }

  async healthy(): Promise<void> {
    for (const { name } of this.definition().containers) await healthy(this.docker, name);
  }

  /** The main process of a container, as the machine counts it. */
  async pidOf(role: ContainerRole): Promise<number> {
    return (await this.container(role).handle.inspect()).State.Pid;
  }

  /** A command in a container. @returns what it wrote */
  async run(role: ContainerRole, command: string[]): Promise<string> {
    const stream = await this.#execute(role, command);
    let text = "";
    stream.on("data", (part: Buffer) => (text += part.toString()));
    await once(stream, "end");
    return text;
  }

  async #execute(role: ContainerRole, command: string[]) {
    const execution = await this.container(role).handle.exec({
      Cmd: command,
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    });
    return execution.start({ Tty: true });
  }

  async call(
    path: string,
    { method = "GET", as = "none", body, headers }: CallOptions = {},
  ): Promise<Answer> {
    const answer = await request(`${this.url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { "content-type": "application/json", ...this.#authorization(as), ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      type: String(answer.headers["content-type"]),
      text,
      json: () => JSON.parse(text) as unknown,
    };
  }

  #authorization(as: Authorization): Record<string, string> {
    if (as === "none") return {};
    if (as === "token") return { authorization: `Bearer ${this.token}` };
    if (as !== "root") return { authorization: as.header };
    const basic = Buffer.from(`${rootUser}:${this.secrets.rootPassword}`).toString("base64");
    return { authorization: `Basic ${basic}` };
  }

  async close(): Promise<void> {
    await this.#agent.close();
    await this.daemon.close();
  }
}

/** As the docs tell a user to make one. */
function makeCertificate(folder: string): { tlsCertificate: string; tlsKey: string } {
  mkdirSync(folder);
  execFileSync(
    "openssl",
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost
     -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout tls.key -out tls.crt`.split(/\s+/),
    { cwd: folder, stdio: "ignore" },
  );
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return { tlsCertificate: read("tls.crt"), tlsKey: read("tls.key") };
}
