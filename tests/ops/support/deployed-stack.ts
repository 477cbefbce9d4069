import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEngine } from "@o2cqrs/local-engine";
import { type RunningServer, type ServerOptions, startServer } from "@o2cqrs/local-openobserve";
import { type Deployer } from "../../../ops/deployment/deployer.js";
import { openVerifyContext, type VerifyContext } from "../../../ops/verify/context.js";

const repository = join(__dirname, "..", "..", "..");
const user = "root@example.com";
const password = "Complexpass#123";
const defaultWebhookUrl = "http://127.0.0.1:59081/alerts?key=hidden-webhook-key";

/** The whole stack on an embedded server, with telemetry of the orders service, for one test file. */
export interface DeployedStack {
  readonly server: RunningServer;
  readonly folder: string;
  /** Folder of the project that the context sees. */
  readonly projectRoot: string;
  readonly deployer: Deployer;
  /** Who deploys. */
  readonly user: string;
  readonly password: string;
  /** Where alerts are sent. */
  readonly webhookUrl: string;
  /** An environment in which the command finds the server without a config. */
  operatorEnv(url?: string): Readonly<Record<string, string>>;
  runOrders(seconds: number, faults?: string): Promise<void>;
  openContext(): Promise<VerifyContext>;
  close(): Promise<void>;
}

export interface DeployedStackOptions extends Pick<
  ServerOptions,
  "version" | "clock" | "alertIntervalMs" | "pipelineIntervalMs"
> {
  /** Where alerts are sent. Default a loopback address that nobody listens on. */
  readonly webhookUrl?: string;
  /** What the webhook shows. Default nothing. */
  readonly webhookToken?: string;
}

export async function deployStack({
  webhookUrl = defaultWebhookUrl,
  webhookToken,
  ...serverOptions
}: DeployedStackOptions = {}): Promise<DeployedStack> {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  const folder = await mkdtemp(join(tmpdir(), "o2cqrs-ops-"));
  const projectRoot = join(folder, "project");
  await mkdir(projectRoot);
  await writeFile(join(projectRoot, "Pulumi.yaml"), "name: o2cqrs\nruntime: nodejs\n");
  const server = await startServer({
    dataDir: join(folder, "data"),
    rootUser: user,
    rootPassword: password,
    allowLoopbackDestinations: true,
    streamDeletionSeconds: 0,
    ...serverOptions,
  });
  const config = {
    target: "existing",
    url: server.url,
    user,
    password: { value: password, secret: true },
    webhookUrl: { value: webhookUrl, secret: true },
    ...(webhookToken !== undefined && { webhookToken: { value: webhookToken, secret: true } }),
    allowPrivateReceivers: "true",
    environment: "test",
    serviceName: "orders",
  };
  const engine = createEngine({
    projectDir: repository,
    stack: "ops",
    stateDir: join(folder, "state"),
    passphrase: "test",
    env: { O2CQRS_URL: undefined, O2CQRS_USER: undefined, O2CQRS_PASSWORD: undefined },
    config,
  });
  const { ok, errors } = await engine.up();
  if (!ok) throw new Error(errors.map(({ message }) => message).join("\n"));
  const outputs = (await engine.outputs({ showSecrets: true })) as { env: Record<string, string> };
  const deployer: Deployer = {
    title: "embedded engine",
    run: () => Promise.reject(new Error("not in these tests")),
    plan: () => Promise.reject(new Error("not in these tests")),
    outputs: () => Promise.resolve(outputs),
    config: () => engine.config(),
  };
  return {
    server,
    folder,
    projectRoot,
    deployer,
    user,
    password,
    webhookUrl,
    operatorEnv: (url = server.url) => ({
      O2CQRS_URL: url,
      O2CQRS_USER: user,
      O2CQRS_PASSWORD: password,
    }),
    async runOrders(seconds, faults = "") {
      const main = join(repository, "examples", "orders", "dist", "main.js");
      const args = [
        main,
        "--seconds",
        String(seconds),
        "--rate",
        "12",
        ...(faults === "" ? [] : ["--faults", faults]),
      ];
      await promisify(execFile)(process.execPath, args, {
        env: { PATH: process.env.PATH, ...outputs.env, ORDERS_BUFFER_DIR: join(folder, "buffer") },
      });
    },
    openContext: () =>
      openVerifyContext({
        session: { env: {}, projectRoot, signal: new AbortController().signal },
        deployer,
        stack: "ops",
        since: { text: "15m", milliseconds: 15 * 60_000 },
        settleSeconds: 0,
      }),
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
