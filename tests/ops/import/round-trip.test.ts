import { readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type ConfigOverride, createEngine, type OperationResult } from "@o2cqrs/local-engine";
import { OpenObserve } from "@o2cqrs/providers/client";
import { PipelineProvider } from "@o2cqrs/providers/pipeline/provider";
import { runCommandLine } from "../../../ops/cli/program.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";
import { openProxy, type RecordingProxy } from "../support/recording-proxy.js";
import { recordSession } from "../support/session.js";

jest.setTimeout(300_000);

const repository = join(__dirname, "..", "..", "..");

const regions = [
  { code: "eu", title: 'Europe, "main"' },
  { code: "us", title: "United States" },
];

/** Credentials of what was made by hand, by the config key under which the program asks for them. */
const values = {
  archiveUrl: "https://archive.example.com/in?key=hidden-archive-key",
  archiveHeaders: '{"authorization":"Bearer hidden-archive-token"}',
  joExampleComPassword: "hidden password of Jo",
};
const valueOf = (key: string): string | undefined =>
  Object.entries(values).find(([name]) => name === key)?.[1];

interface Summary {
  readonly folder: string;
  readonly project: string;
  readonly files: readonly string[];
  readonly objects: readonly { readonly kind: string; readonly name: string }[];
  readonly leftOut: readonly { readonly kind: string; readonly name: string; readonly reason: string }[];
  readonly secrets: readonly { readonly key: string; readonly what: string }[];
}

/** The CQRS stack, deployed, and a program that import wrote from what the server has. */
describe.each(["0.60", "0.90"] as const)("import of the CQRS stack from OpenObserve %s", (version) => {
  let stack: DeployedStack;
  let proxy: RecordingProxy;
  let summary: Summary;
  let programText: string;

  beforeAll(async () => {
    stack = await deployStack({ version });
    await addByHand();
    proxy = await openProxy(stack.server.url);
    const folder = join(stack.folder, "program");
    const session = recordSession(stack.projectRoot, stack.operatorEnv(proxy.url));
    const args = ["import", "--stack", "ops", "--users", "--output", folder, "--json"];
    if ((await runCommandLine(args, session)) !== 0) throw new Error(session.stderr());
    summary = JSON.parse(session.stdout()) as Summary;
    const texts = await Promise.all(summary.files.map((file) => readFile(join(folder, file), "utf8")));
    programText = texts.join("\n");
    await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  });

  afterAll(async () => {
    await proxy.close();
    await stack.close();
  });

  /** What teams make beside the stack: reference data, a view, a person, and a way out of the server. */
  async function addByHand(): Promise<void> {
    const credential = { kind: "basic", user: stack.user, password: stack.password } as const;
    const server = new OpenObserve({ url: stack.server.url, organization: "default", credential });
    await server.enrichmentTables.put("regions", ["code", "title"], regions);
    await server.savedViews.create("Failed commands", { query: "status = 'error'", columns: ["type"] });
    await server.pipelineDestinations.create({
      name: "archive",
      type: "http",
      url: values.archiveUrl,
      method: "post",
      headers: JSON.parse(values.archiveHeaders) as Record<string, string>,
      skip_tls_verify: false,
      output_format: "ndjson",
    });
    const pipeline = new PipelineProvider(() => server);
    const { inputs } = pipeline.check(
      {},
      {
        name: "to archive",
        source: {
          kind: "sql",
          sql: 'SELECT _timestamp, type, status FROM "cqrs_events"',
          streamType: "logs",
          periodMinutes: 5,
        },
        outputs: { archive: { kind: "remote", destination: "archive", from: ["source"] } },
      },
    );
    await pipeline.create(inputs as never);
    const person = { email: "jo@example.com", first_name: "Jo", last_name: "Doe" };
    await server.users.create(person, values.joExampleComPassword);
    await server.close();
  }

  const engine = (config: Record<string, ConfigOverride> = {}) =>
    createEngine({
      projectDir: summary.folder,
      stack: "taken-over",
      stateDir: join(stack.folder, "taken-over"),
      passphrase: "test",
      env: { O2CQRS_URL: undefined, O2CQRS_USER: undefined, O2CQRS_PASSWORD: undefined },
      config: {
        "o2cqrs:url": proxy.url,
        "o2cqrs:user": stack.user,
        "o2cqrs:password": { value: stack.password, secret: true },
        ...Object.fromEntries(
          summary.secrets.map(({ key }) => [
            `${summary.project}:${key}`,
            { value: valueOf(key) ?? stack.webhookUrl, secret: true },
          ]),
        ),
        ...config,
      },
    });

  const changed = ({ changes }: OperationResult) =>
    Object.fromEntries(Object.entries(changes).filter(([what, count]) => count > 0 && what !== "same"));

  test("only reads", () => {
    expect(proxy.requests.length).toBeGreaterThan(10);
    expect(proxy.writes()).toEqual([]);
  });

  test("finds every object of the stack", () => {
    const count = (kind: string) => summary.objects.filter((object) => object.kind === kind).length;
    expect(summary.leftOut.filter(({ kind }) => kind !== "ServiceAccount")).toEqual([]);
    expect(count("Stream")).toBeGreaterThanOrEqual(6);
    expect(count("Pipeline")).toBeGreaterThanOrEqual(3);
    expect(count("Dashboard")).toBeGreaterThanOrEqual(3);
    expect(count("Alert")).toBeGreaterThanOrEqual(5);
    expect(count("Folder")).toBe(2);
    for (const kind of ["EnrichmentTable", "SavedView", "PipelineDestination", "User"])
      expect(count(kind)).toBe(1);
  });

  test("leaves a service account out where taking it over would rotate its token, and says so", () => {
    const accounts = summary.leftOut.filter(({ kind }) => kind === "ServiceAccount");
    if (version === "0.60") expect(accounts).toEqual([]);
    else expect(accounts.map(({ reason }) => reason)).toEqual([expect.stringContaining("rotate")]);
  });

  test("writes no credential, and names the config key of each", () => {
    expect(summary.secrets).toEqual([
      { key: "cqrsWebhookUrl", what: "url of destination cqrs-webhook", structured: false },
      { key: "archiveUrl", what: "url of destination archive", structured: false },
      { key: "archiveHeaders", what: "headers of destination archive", structured: true },
      { key: "joExampleComPassword", what: "password of user jo@example.com, as it is", structured: false },
    ]);
    expect(programText).not.toContain("hidden");
    expect(programText).not.toContain(stack.webhookUrl);
    expect(programText).not.toContain(stack.password);
    expect(programText).toContain('config.requireSecret("cqrsWebhookUrl")');
  });

  test("refers to other resources instead of repeating ids and names", () => {
    expect(programText).toContain("destinations: [destinations.cqrsWebhook.name]");
    expect(programText).toContain("folder: folders.");
    expect(programText).toContain("destination: remotes.archive.name");
    expect(programText).toMatch(/function: functions\.\w+\.name/);
    expect(programText).toMatch(/stream: streams\.cqrsCommands\.name/);
  });

  test("the first up takes everything over and writes nothing to the server", async () => {
    const before = proxy.requests.length;
    const result = await engine().up();
    expect(result.errors.map(({ message }) => message)).toEqual([]);
    expect(proxy.requests.length).toBeGreaterThan(before + 10);
    expect(proxy.writes()).toEqual([]);
  });

  test("a preview afterwards shows no change, and a refresh finds no drift", async () => {
    expect(changed(await engine().preview())).toEqual({});
    const refreshed = await engine().refresh();
    expect(refreshed.errors.map(({ message }) => message)).toEqual([]);
    expect(changed(refreshed)).toEqual({});
    expect(proxy.writes()).toEqual([]);
  });

  test("a folder that holds something is left alone", async () => {
    const written = await stat(join(summary.folder, "index.ts"));
    const session = recordSession(stack.projectRoot, stack.operatorEnv(proxy.url));
    const args = ["import", "--stack", "ops", "--output", summary.folder];
    expect(await runCommandLine(args, session)).toBe(2);
    expect(session.stderr()).toContain("is not empty");
    expect((await stat(join(summary.folder, "index.ts"))).mtimeMs).toBe(written.mtimeMs);
    const parts = (await readdir(stack.folder)).filter((name) => name.endsWith(".partial"));
    expect(parts).toEqual([]);
  });
});
