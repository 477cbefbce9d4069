import { execFile, spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { createEngine, type Engine } from "@o2cqrs/local-engine";
import { OpenObserve } from "@o2cqrs/providers/client";
import type { VerifyReport } from "../../../ops/verify/check.js";
import { type Deployment, rootUser } from "../deployment.js";
import { Writer } from "./records.js";

/**
 * What this suite cannot show: nobody has rehearsed a release of this stack, the receiver that verify opens on the
 * operator's loopback is out of reach for a server in a container, and a machine that does much besides is slower
 * than the objectives allow, which verify is right to tell.
 */
const notShownHere = ["release-rehearsed", "alert-notifications", "query-latency", "command-latency"];

const repository = join(__dirname, "..", "..", "..");

/** The whole CQRS configuration through the gateway, and an upgrade of the server below it. In order. */
export function upgradeChecks(deployment: () => Deployment): void {
  const projectRoot = () => join(deployment().daemon.folder, "project");
  const stateDir = () => join(projectRoot(), ".o2cqrs", "state");

  const stack = (): Engine => {
    const { url, secrets } = deployment();
    return createEngine({
      projectDir: repository,
      stack: "suite",
      stateDir: stateDir(),
      passphrase: "test",
      env: { O2CQRS_URL: undefined, O2CQRS_USER: undefined, O2CQRS_PASSWORD: undefined },
      config: {
        target: "existing",
        url,
        user: rootUser,
        password: { value: secrets.rootPassword, secret: true },
        caCertificate: secrets.tlsCertificate,
        webhookUrl: { value: "http://127.0.0.1:59082/alerts", secret: true },
        allowPrivateReceivers: "true",
        environment: "test",
        serviceName: "orders",
      },
    });
  };

  const appEnv = async () =>
    ((await stack().outputs({ showSecrets: true })) as { env: Record<string, string> }).env;

  /** `o2cqrs verify`, as an operator of a private authority's certificate runs it. */
  async function runVerify(): Promise<VerifyReport> {
    const { url, caFile, secrets } = deployment();
    const file = (name: string) => join(projectRoot(), name);
    await writeFile(file("Pulumi.yaml"), "name: o2cqrs\nruntime: nodejs\n");
    const config = {
      "o2cqrs:target": "existing",
      "o2cqrs:url": url,
      "o2cqrs:user": rootUser,
      "o2cqrs:environment": "test",
      "o2cqrs:caCertificate": secrets.tlsCertificate,
    };
    // YAML is a superset of JSON.
    await writeFile(file("Pulumi.suite.yaml"), JSON.stringify({ config }));
    const command = join(repository, "ops", "bin", "o2cqrs.js");
    const child = spawn(process.execPath, [command, "verify", "-s", "suite", "--json", "--settle", "1s"], {
      cwd: projectRoot(),
      env: {
        PATH: "/nonexistent",
        PULUMI_CONFIG_PASSPHRASE: "test",
        O2CQRS_PASSWORD: secrets.rootPassword,
        NODE_EXTRA_CA_CERTS: caFile,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (!output.startsWith("{")) throw new Error(`o2cqrs verify wrote no report:\n${output}${errors}`);
    return JSON.parse(output) as VerifyReport;
  }

  /** Every object by kind, with its id where the server makes one. */
  async function inventory() {
    const { url, secrets } = deployment();
    const client = new OpenObserve({
      url,
      organization: "default",
      credential: { kind: "basic", user: rootUser, password: secrets.rootPassword },
      caCertificate: secrets.tlsCertificate,
    });
    const ids = (list: readonly object[], ...keys: string[]) =>
      list.map((item) => keys.map((key) => String((item as Record<string, unknown>)[key])).join(" ")).sort();
    try {
      return {
        streams: ids(
          (await client.streams.list()).filter(({ stream_type }) => stream_type !== "metadata"),
          "stream_type",
          "name",
        ),
        functions: ids(await client.functions.list(), "name"),
        pipelines: ids(await client.pipelines.list(), "name", "pipeline_id"),
        alerts: ids(await client.alerts.list(), "name", "alert_id"),
      };
    } finally {
      await client.close();
    }
  }

  describe("the CQRS configuration, deployed through the gateway", () => {
    let before: Awaited<ReturnType<typeof inventory>>;
    let token: string | undefined;
    let writer: Writer;

    it("begins on a server of v0.60", async () => {
      expect(deployment().release).toBe("0.60");
      await mkdir(projectRoot());
      const { errors } = await stack().up();
      expect(errors).toEqual([]);
      token = (await appEnv()).OPENOBSERVE_TOKEN;
      writer = new Writer(deployment(), "upgrade");
      expect(await writer.write(100)).toBe(true);
      before = await inventory();
      expect(before.alerts.length).toBeGreaterThan(20);
    });

    it("is there whole, ids and records included, when the container is made anew with v0.90", async () => {
      await deployment().replaceServer("0.90");
      expect(await inventory()).toEqual(before);
      expect(await writer.missing()).toEqual([]);
    });

    it("leaves nothing for the next deploy to do, and the application its token", async () => {
      const { errors, changes } = await stack().up();
      expect(errors).toEqual([]);
      expect(Object.keys(changes)).toEqual(["same"]);
      expect((await appEnv()).OPENOBSERVE_TOKEN).toBe(token);
      expect(token).toBeTruthy();
    });

    it("takes an application's telemetry, and o2cqrs verify is green", async () => {
      const { daemon, caFile } = deployment();
      const env = await appEnv();
      const main = join(repository, "examples", "orders", "dist", "main.js");
      await promisify(execFile)(process.execPath, [main, "--seconds", "5", "--rate", "12"], {
        env: {
          PATH: process.env.PATH,
          ...env,
          // A certificate that the machine does not trust: Node is told whom to trust.
          NODE_EXTRA_CA_CERTS: caFile,
          ORDERS_BUFFER_DIR: join(daemon.folder, "buffer"),
        },
      });
      const { results } = await runVerify();
      const failed = results.filter(({ verdict }) => verdict === "fail");
      expect(failed.filter(({ id }) => !notShownHere.includes(id))).toEqual([]);
      expect(results.filter(({ verdict }) => verdict === "pass").length).toBeGreaterThan(20);
    });

    it("keeps no secret in readable form in its state", async () => {
      const { secrets } = deployment();
      const files = await readdir(stateDir(), { recursive: true, withFileTypes: true });
      const texts = files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), "utf8"));
      expect(texts.length).toBeGreaterThan(0);
      for (const content of await Promise.all(texts)) expect(content).not.toContain(secrets.rootPassword);
    });
  });
}
