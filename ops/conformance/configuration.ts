import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, type OperationResult } from "@o2cqrs/local-engine";
import type { Connection, OpenObserve } from "@o2cqrs/providers/client";
import { type Step, Steps } from "./step.js";

/** Never answers: alerts that come due while the configuration stands reach nobody. */
const receiver = "https://hooks.example.com/conformance";

/**
 * Deploys the whole CQRS configuration into an organisation, finds what was changed by hand, repairs it, and
 * takes everything away again.
 *
 * @param projectRoot folder of Pulumi.yaml
 */
export async function configurationLife(
  connection: Connection,
  server: OpenObserve,
  projectRoot: string,
): Promise<readonly Step[]> {
  const steps = new Steps("CQRS configuration");
  const stateDir = await mkdtemp(join(tmpdir(), "o2cqrs-conformance-state-"));
  const stack = stackOn(connection, projectRoot, stateDir);
  let before: readonly string[] = [];
  const live = async () => {
    await steps.take("prepare", async () => {
      before = await namesIn(server);
    });
    await steps.take("deploy", async () => {
      const { create = 0 } = changesOf(await stack().up());
      if (create < 20) throw new Error(`only ${create} resources were made`);
    });
    await steps.take("no-op", async () => expectChanges(await stack().up(), {}));
    await steps.take("refresh without drift", async () => expectChanges(await stack().refresh(), {}));
    await steps.take("change by hand", () => changeByHand(server));
    await steps.take("refresh finds it", async () =>
      expectChanges(await stack().refresh(), { update: 3, delete: 1 }),
    );
    await steps.take("repair", async () => expectChanges(await stack().up(), { update: 3, create: 1 }));
    await steps.take("no-op after repair", async () => expectChanges(await stack().up(), {}));
    await steps.take("destroy", async () => changesOf(await stack().destroy()));
    await steps.take("nothing is left", () => expectOnly(before, server));
  };
  return steps.run(live, async () => {
    await stack().destroy();
    await rm(stateDir, { recursive: true, force: true });
  });
}

/** The program of this project, as `target: existing`; no setting of whoever runs it may fill in anything. */
function stackOn(connection: Connection, projectDir: string, stateDir: string): () => Engine {
  const passphrase = randomBytes(16).toString("hex");
  const secret = (value: string) => ({ value, secret: true });
  const { url, organization, credential } = connection;
  if (credential.kind !== "basic") throw new Error("conformance signs in with a user and a password");
  return () =>
    createEngine({
      projectDir,
      stack: "conformance",
      stateDir,
      passphrase,
      env: { O2CQRS_URL: undefined, O2CQRS_USER: undefined, O2CQRS_PASSWORD: undefined },
      config: {
        target: "existing",
        url,
        organization,
        user: credential.user,
        password: secret(credential.password),
        webhookUrl: secret(receiver),
        environment: "dev",
        serviceName: "orders",
        region: "local",
      },
    });
}

/** Every kind of change that is seen on one object each: a setting, a text, a switch, and one that is gone. */
async function changeByHand(server: OpenObserve): Promise<void> {
  const { streams, alertDestinations, alertTemplates, alerts } = server;
  const [stream] = (await streams.list("logs")).filter(({ name }) => name.startsWith("cqrs_"));
  const [destination] = await alertDestinations.list();
  const template = await alertTemplates.get(destination?.template ?? "");
  const [first, second] = await alerts.list();
  if (!stream || !template || !first || !second) throw new Error("the configuration is not there");
  await streams.updateSettings(stream.name, "logs", { data_retention: 999 });
  const { name, type, title } = template;
  await alertTemplates.update({ name, type, body: '{"changed":"by hand"}', title: title ?? "" });
  await alerts.setEnabled(first.alert_id, false);
  await alerts.delete(second.alert_id);
}

/** Names of what the configuration may have made. Templates of the organisation `default` are seen in all. */
async function namesIn(server: OpenObserve): Promise<string[]> {
  const lists = await Promise.all([
    server.streams.list().then((streams) => streams.filter(({ name }) => name.startsWith("cqrs_"))),
    server.pipelines.list(),
    server.functions.list(),
    server.alerts.list(),
    server.alertDestinations.list(),
    server.alertTemplates.list(),
    server.folders.list("dashboards"),
    server.folders.list("alerts"),
  ]);
  // The folder `default` comes with the first object in it, and stays.
  return lists.flat().flatMap(({ name }) => (name === "default" ? [] : [name]));
}

async function expectOnly(before: readonly string[], server: OpenObserve): Promise<void> {
  const left = (await namesIn(server)).filter((name) => !before.includes(name));
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
}

type Changes = Record<string, number>;

/** What was done to how many resources, but for those that nothing was done to. */
function changesOf({ ok, errors, changes }: OperationResult): Changes {
  if (!ok) throw new Error([...new Set(errors.map(({ message }) => message))].join("; "));
  return Object.fromEntries(Object.entries(changes).filter(([what, count]) => what !== "same" && count > 0));
}

function expectChanges(result: OperationResult, expected: Changes): void {
  const text = (changes: Changes) =>
    Object.entries(changes)
      .map(([what, count]) => `${count} ${what}`)
      .sort()
      .join(", ") || "no change";
  const found = text(changesOf(result));
  if (found === text(expected)) return;
  const changed = result.steps.filter(
    ({ operation, diff }) => operation !== "same" && Object.keys(diff).length > 0,
  );
  const names = changed.map(
    ({ operation, name, diff }) => `${operation} ${name}: ${Object.keys(diff).join(" ")}`,
  );
  throw new Error(`${found} instead of ${text(expected)} (${names.join(", ")})`);
}
