import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accepts } from "./accepts.js";
import { freePort } from "../../ops/start/free-port.js";
import { writeCertificate } from "../../ops/certificate/certificate-folder.js";
import {
  type GatewayAccount,
  gatewayAccountFile,
  gatewayScript,
  gatewayTokensFile,
} from "../../stacks/platform/gateway/credentials.js";
import { type GatewayOptions, nginxConfig } from "../../stacks/platform/gateway/nginx.js";

const nginxModule = ["/usr/lib/nginx/modules", "/etc/nginx/modules", "/usr/share/nginx/modules"]
  .map((folder) => join(folder, "ngx_http_js_module.so"))
  .find((file) => existsSync(file));

type GatewayProcessOptions = Partial<GatewayOptions> & {
  readonly upstream: string;
  readonly ownScript?: string;
};

/** The gateway as a process: the system's nginx with the configuration and the certificate that we make. */
export class GatewayProcess {
  #nginx: ChildProcess | undefined;
  port = 0;

  private constructor(readonly folder: string) {}

  static async create(): Promise<GatewayProcess> {
    const folder = mkdtempSync(join(tmpdir(), "o2cqrs-gateway-"));
    // Started by root, nginx's workers run as another user, who must reach the mounted files.
    chmodSync(folder, 0o755);
    await writeCertificate(folder, ["localhost", "127.0.0.1"], new Date());
    return new GatewayProcess(folder);
  }

  /** PEM of the authority that signed its certificate. */
  get authority(): string {
    return readFileSync(this.#path("ca.crt"), "utf8");
  }

  get log(): string {
    return readFileSync(this.#path("nginx.log"), "utf8");
  }

  writeTokens(...tokens: string[]): void {
    writeFileSync(this.#path("tokens.json"), gatewayTokensFile(tokens));
  }

  /** What the server is told for whoever shows a token. */
  writeAccount(account: GatewayAccount): void {
    writeFileSync(this.#path("account.json"), gatewayAccountFile(account));
  }

  /** Writes one of its files as no deployment would. */
  spoil(file: "tokens.json" | "account.json", text: string): void {
    writeFileSync(this.#path(file), text);
  }

  remove(file: "tokens.json" | "account.json"): void {
    rmSync(this.#path(file));
  }

  /** Starts it on a free port of its own, with a script that is its own unless another is given. */
  async start({ ownScript, ...options }: GatewayProcessOptions): Promise<void> {
    this.port = await freePort();
    writeFileSync(
      this.#path("gateway.js"),
      ownScript ?? gatewayScript({ tokens: this.#path("tokens.json"), account: this.#path("account.json") }),
    );
    const config = nginxConfig({
      organization: "default",
      port: this.port,
      tls: { certificate: this.#path("tls.crt"), key: this.#path("tls.key") },
      module: nginxModule ?? "modules/ngx_http_js_module.so",
      script: this.#path("gateway.js"),
      temporary: this.folder,
      ...options,
    });
    writeFileSync(this.#path("nginx.conf"), config);
    // A file, as in a container: nginx opens /dev/stdout by its name, which a socket would refuse.
    const log = openSync(this.#path("nginx.log"), "a");
    const nginx = spawn("nginx", ["-p", this.folder, "-c", this.#path("nginx.conf"), "-e", "stderr"], {
      stdio: ["ignore", log, log],
    });
    this.#nginx = nginx;
    closeSync(log);
    while (!(await accepts("127.0.0.1", this.port))) {
      if (nginx.exitCode !== null) throw new Error(`nginx did not start:\n${this.log}`);
    }
  }

  async stop(): Promise<void> {
    if (this.#nginx?.exitCode !== null) return;
    this.#nginx.kill("SIGTERM");
    await once(this.#nginx, "exit");
  }

  /** Stops it and removes its files. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #path(file: string): string {
    return join(this.folder, file);
  }
}
