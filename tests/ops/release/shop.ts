import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { controlEnvNames, envNames, resourceAttributes } from "@o2cqrs/contract";
import { runCommandLine } from "../../../ops/cli/program.js";
import { runStart } from "../../../ops/start/main.js";
import { makeProject } from "../support/project.js";
import { recordSession } from "../support/session.js";

const repository = join(__dirname, "..", "..", "..");

/** No Pulumi on the path, so that the embedded engine is what deploys. */
const path = { PATH: "/nonexistent" };

/**
 * Where the shop's telemetry goes: by default the embedded server, as `npm start` brings it up. With
 * `O2CQRS_RELEASE_URL`, `O2CQRS_USER` and `O2CQRS_PASSWORD` another server, to which the same program is deployed.
 */
const elsewhere = process.env.O2CQRS_RELEASE_URL;
const stack = elsewhere === undefined ? "local" : "shop";

/** Customers of the whole shop in a second. */
const customers = 8;

/** The embedded server compiles the masking program for every request, so few and large ones. */
const flushIntervalMs = 8000;

/** A process of the orders service. */
export interface OrdersProcess {
  readonly version: string;
  /** Its control endpoint. */
  readonly controlUrl: string;
  /** Ends it as a deployment does; its last telemetry is sent first. */
  stop(): Promise<void>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shop as it runs: the platform deployed by `npm start`, and the orders service in two versions. */
export class Shop {
  readonly controlToken = randomBytes(24).toString("hex");
  readonly webhookToken = randomBytes(24).toString("hex");
  readonly #children = new Set<ChildProcess>();

  private constructor(
    private readonly project: Awaited<ReturnType<typeof makeProject>>,
    private readonly folder: string,
    private readonly operator: Readonly<Record<string, string>>,
    readonly appEnv: Readonly<Record<string, string>>,
  ) {}

  static async open(): Promise<Shop> {
    const project = await makeProject();
    const folder = await mkdtemp(join(tmpdir(), "o2cqrs-shop-"));
    const operator = await deploy(project.root);
    const session = recordSession(project.root, operator);
    await runCommandLine(["env", "--stack", stack, "--format", "json", "--show-secrets"], session);
    const appEnv = JSON.parse(session.stdout()) as Record<string, string>;
    return new Shop(project, folder, operator, appEnv);
  }

  /** Starts a version. It has the share of the traffic that the shift gives to its role. */
  async start(
    role: "canary" | "stable",
    version: string,
    options: { readonly faults?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<OrdersProcess> {
    const rateFile = join(this.folder, `${role}.rate`);
    await writeFile(rateFile, String(role === "stable" ? customers : 0));
    const main = join(repository, "examples", "orders", "dist", "main.js");
    // The version is the application's own to tell: the stack does not know it.
    const attributes = `${this.appEnv[envNames.resourceAttributes]},${resourceAttributes.version}=${version}`;
    const args = [main, "--seconds", "0", "--rate-file", rateFile, "--faults", options.faults ?? ""];
    const child = spawn(process.execPath, args, {
      env: {
        ...this.appEnv,
        [envNames.resourceAttributes]: attributes,
        [envNames.samplingRate]: "0.2",
        [envNames.flushInterval]: String(flushIntervalMs),
        [controlEnvNames.token]: this.controlToken,
        ...options.env,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#children.add(child);
    const ended = once(child, "close").finally(() => this.#children.delete(child));
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      said.push(line);
      const [, controlUrl] = /^control endpoint at (\S+)$/.exec(line) ?? [];
      if (controlUrl === undefined) continue;
      child.stderr.resume();
      return {
        version,
        controlUrl,
        stop: async () => {
          child.kill("SIGTERM");
          await ended;
        },
      };
    }
    throw new Error(`the orders service did not start: ${said.join("\n")}`);
  }

  /** A verb of `o2cqrs`, in a process of its own. */
  o2cqrs(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const child = spawn(
      process.execPath,
      [join(repository, "ops", "bin", "o2cqrs.js"), ...args, "--stack", stack],
      {
        cwd: this.project.root,
        env: {
          ...this.operator,
          O2CQRS_CONTROL_TOKEN: this.controlToken,
          O2CQRS_WEBHOOK_TOKEN: this.webhookToken,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.#children.add(child);
    const text = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (text.stderr += chunk.toString()));
    const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...text }));
    void ended.finally(() => this.#children.delete(child));
    return { child, ended };
  }

  /** Options by which the gate and the rollback move this shop's traffic. */
  get traffic(): readonly string[] {
    const script = join(__dirname, "shift-traffic.cjs");
    const hook = [process.execPath, script, this.folder, String(customers), "{percent}"];
    return ["--traffic", "command", "--hook", JSON.stringify(hook)];
  }

  /** What the command was told to give the canary, and when, since the last call of `forgetShifts`. */
  async shifts(): Promise<{ readonly at: number; readonly percent: number }[]> {
    const text = await readFile(this.#log, "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => {
      const [at, percent] = line.split(" ").map(Number);
      return { at: at!, percent: percent! };
    });
  }

  async forgetShifts(): Promise<void> {
    await rm(this.#log, { force: true });
  }

  get #log(): string {
    return join(this.folder, "traffic.log");
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    if (elsewhere === undefined) await runStart(["--stop"], recordSession(this.project.root, path));
    await this.project.remove();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @returns the environment in which an operator works with what is deployed now */
async function deploy(root: string): Promise<Readonly<Record<string, string>>> {
  if (elsewhere === undefined) {
    const session = recordSession(root, path);
    const code = await runStart(["--keep", "--seconds", "3"], session);
    if (code !== 0) throw new Error(`npm start ended with ${code}: ${session.stdout()}${session.stderr()}`);
    return path;
  }
  const { O2CQRS_USER = "", O2CQRS_PASSWORD = "" } = process.env;
  const config = {
    target: "existing",
    url: elsewhere,
    alertsEnabled: "false",
    environment: "local",
    serviceName: "orders",
  };
  const lines = Object.entries(config).map(([key, value]) => `  o2cqrs:${key}: ${JSON.stringify(value)}`);
  await writeFile(join(root, `Pulumi.${stack}.yaml`), `config:\n${lines.join("\n")}\n`);
  const operator = { ...path, O2CQRS_USER, O2CQRS_PASSWORD, PULUMI_CONFIG_PASSPHRASE: "test" };
  const session = recordSession(root, operator);
  const code = await runCommandLine(["up", "--stack", stack], session);
  if (code !== 0) throw new Error(`o2cqrs up ended with ${code}: ${session.stdout()}${session.stderr()}`);
  return operator;
}
