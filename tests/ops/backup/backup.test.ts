import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningServer, startServer } from "@o2cqrs/local-openobserve";
import { folders } from "@o2cqrs/contract";
import { OpenObserve } from "@o2cqrs/providers/client";
import fc from "fast-check";
import { hiddenIn, hideSecrets, revealSecrets } from "../../../ops/backup/hidden-secrets.js";
import { type Backup } from "../../../ops/backup/format.js";
import { runCommandLine } from "../../../ops/cli/program.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";
import { openProxy } from "../support/recording-proxy.js";
import { recordSession } from "../support/session.js";

jest.setTimeout(240_000);

const regions = [
  { code: "eu", title: 'Europe, "main"' },
  { code: "us", title: "United States" },
];
const jo = { email: "jo@example.com", first_name: "Jo", last_name: "Doe" };

describe.each(["0.60", "0.90"] as const)("backup and restore on OpenObserve %s", (version) => {
  let stack: DeployedStack;
  let empty: RunningServer;
  let target: OpenObserve;
  let file: string;
  let secrets: string;

  beforeAll(async () => {
    stack = await deployStack({ version });
    empty = await startServer({
      dataDir: join(stack.folder, "empty"),
      rootUser: stack.user,
      rootPassword: stack.password,
      version,
      streamDeletionSeconds: 0,
    });
    const credential = { kind: "basic", user: stack.user, password: stack.password } as const;
    target = new OpenObserve({ url: empty.url, organization: "default", credential });
    await addByHand();
    file = join(stack.folder, "backup.json");
    secrets = join(stack.folder, "secrets.json");
  });

  afterAll(async () => {
    await target.close();
    await empty.close();
    await stack.close();
  });

  /** What teams make beside the stack: reference data, a view, a way out of the server, a person. */
  async function addByHand(): Promise<void> {
    const credential = { kind: "basic", user: stack.user, password: stack.password } as const;
    const source = new OpenObserve({ url: stack.server.url, organization: "default", credential });
    await source.enrichmentTables.put("regions", ["code", "title"], regions);
    await source.savedViews.create("Failed commands", { query: "status = 'error'" });
    await source.pipelineDestinations.create({
      name: "archive",
      type: "http",
      url: "https://archive.example.com/in?key=hidden-archive-key",
      method: "post",
      headers: { authorization: "Bearer hidden-archive-token" },
      skip_tls_verify: false,
      output_format: "ndjson",
    });
    await source.users.create(jo, "hidden password of Jo");
    await source.close();
  }

  async function o2cqrs(url: string, ...args: string[]) {
    const session = recordSession(stack.projectRoot, stack.operatorEnv(url));
    const exit = await runCommandLine([...args, "--stack", "ops"], session);
    return { exit, out: session.stdout(), err: session.stderr() };
  }

  /** The credentials that a backup leaves out, and a password for whom the server must make anew. */
  const given = () => ({
    "destination/cqrs-webhook/url": stack.webhookUrl,
    "pipelineDestination/archive/url": "https://archive.example.com/in?key=hidden-archive-key",
    "pipelineDestination/archive/headers.authorization": "Bearer hidden-archive-token",
    "user/jo@example.com/password": "a new password for Jo",
  });

  const readBack = async (path: string) => JSON.parse(await readFile(path, "utf8")) as Backup;
  const restoreTo = (url: string, ...args: string[]) => o2cqrs(url, "restore", file, ...args);

  test("a backup is one file that only its owner can read, with no credential, and names what it left out", async () => {
    const { exit, out, err } = await o2cqrs(stack.server.url, "backup", "--output", file);
    expect({ exit, err }).toMatchObject({ exit: 0 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, "utf8");
    expect(text).not.toContain("hidden");
    expect(text).not.toContain(stack.password);
    for (const name of Object.keys(given())) expect(out).toContain(name);
    const kinds = new Set((await readBack(file)).objects.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      "alert",
      "dashboard",
      "destination",
      "enrichmentTable",
      "folder",
      "function",
      "pipeline",
      "pipelineDestination",
      "savedView",
      "serviceAccount",
      "stream",
      "template",
      "user",
    ]);
  });

  test("a restore without the credentials writes nothing and names them", async () => {
    const proxy = await openProxy(empty.url);
    const { exit, err } = await restoreTo(proxy.url);
    expect(exit).toBe(2);
    expect(err).toContain("destination/cqrs-webhook/url");
    expect(proxy.writes()).toEqual([]);
    await proxy.close();
  });

  test("a dry run says what would be written, and writes nothing", async () => {
    await writeFile(secrets, JSON.stringify(given()));
    const proxy = await openProxy(empty.url);
    const { exit, out } = await restoreTo(proxy.url, "--secrets", secrets, "--dry-run", "--json");
    expect(exit).toBe(0);
    const { steps } = JSON.parse(out) as { steps: { action: string }[] };
    expect(steps.filter(({ action }) => action === "create")).toHaveLength(steps.length);
    expect(out).not.toContain("hidden");
    expect(proxy.writes()).toEqual([]);
    await proxy.close();
  });

  test("a restore into an empty organisation makes it the same: a backup of it holds the same objects", async () => {
    const { exit, err } = await restoreTo(empty.url, "--secrets", secrets);
    expect({ exit, err }).toMatchObject({ exit: 0 });
    const again = join(stack.folder, "again.json");
    const whole = join(stack.folder, "whole.json");
    await o2cqrs(empty.url, "backup", "--output", again, "--include-secrets");
    await o2cqrs(stack.server.url, "backup", "--output", whole, "--include-secrets");
    expect((await readBack(again)).objects).toEqual((await readBack(whole)).objects);
    expect(await readFile(again, "utf8")).toContain("hidden-webhook-key");
    expect(await readFile(again, "utf8")).not.toContain("password of Jo");
    expect(await target.users.signsIn(jo.email, "a new password for Jo")).toBe(true);
  });

  test("a person who is there keeps the password, whatever the restore is given", async () => {
    await target.users.rename({ ...jo, last_name: "Changed" });
    await writeFile(
      secrets,
      JSON.stringify({ ...given(), "user/jo@example.com/password": "yet another one" }),
    );
    const { exit, err } = await restoreTo(empty.url, "--secrets", secrets, "--force");
    expect({ exit, err }).toMatchObject({ exit: 0 });
    expect(await target.users.get(jo.email)).toMatchObject(jo);
    expect(await target.users.signsIn(jo.email, "a new password for Jo")).toBe(true);
  });

  test("a backup leaves out the kinds that it is told to, and its restore does not miss them", async () => {
    const part = join(stack.folder, "part.json");
    await o2cqrs(stack.server.url, "backup", "--output", part, "--without", "user", "enrichmentTable");
    const kinds = new Set((await readBack(part)).objects.map(({ kind }) => kind));
    expect(kinds.has("user") || kinds.has("enrichmentTable")).toBe(false);
    const { exit, out } = await o2cqrs(empty.url, "restore", part);
    expect(exit).toBe(0);
    expect(out).toMatch(/^0 written/m);
  });

  test("a second restore finds everything there and writes nothing", async () => {
    const proxy = await openProxy(empty.url);
    const { exit, out } = await restoreTo(proxy.url);
    expect(exit).toBe(0);
    expect(out).toMatch(/^0 written, \d+ the same already/m);
    expect(proxy.writes()).toEqual([]);
    await proxy.close();
  });

  test("objects that differ are named and not overwritten, unless --force says so", async () => {
    const guard = (await target.functions.list()).find(({ name }) => name === "cqrs-guard");
    const folder = await target.folders.getByName("alerts", folders.alerts.name);
    const [alert] = await target.alerts.list({ folder: folder!.folderId });
    await target.functions.update("cqrs-guard", ".changed = true\n.");
    await target.alerts.setEnabled(alert!.alert_id, false);

    const refused = await restoreTo(empty.url, "--secrets", secrets);
    expect(refused.exit).toBe(1);
    expect(refused.err).toContain("2 objects of the organisation differ");
    expect(refused.out).toContain("cqrs-guard");
    expect((await target.functions.get("cqrs-guard"))?.function).toContain(".changed = true");

    const forced = await restoreTo(empty.url, "--secrets", secrets, "--force");
    expect({ exit: forced.exit, err: forced.err }).toMatchObject({ exit: 0 });
    expect((await target.functions.get("cqrs-guard"))?.function).toBe(guard?.function);
    expect((await target.alerts.get(alert!.alert_id))?.enabled).toBe(true);
  });

  test("a file that is damaged, or of a later release, is refused before anything is asked", async () => {
    const good = await readBack(file);
    const damaged = join(stack.folder, "damaged.json");
    for (const [content, said] of [
      ["{ not json", "is no JSON"],
      ["[]", "is no backup"],
      [JSON.stringify({ ...good, version: 2 }), "reads format 1"],
      [JSON.stringify({ ...good, objects: [{ kind: "volcano", key: "x", body: {} }] }), "is damaged"],
    ] as const) {
      await writeFile(damaged, content);
      const { exit, err } = await o2cqrs("http://127.0.0.1:9", "restore", damaged);
      expect(exit).toBe(2);
      expect(err).toContain(said);
    }
  });

  test("a server that is not there leaves no file behind", async () => {
    const before = await readdir(stack.folder);
    const lost = join(stack.folder, "lost.json");
    const { exit } = await o2cqrs("http://127.0.0.1:9", "backup", "--output", lost);
    expect(exit).toBe(3);
    expect(await readdir(stack.folder)).toEqual(before);
  });
});

describe("credentials in a backup", () => {
  test("are put back where they were, whatever stands around them", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    const secret = fc.stringMatching(/^[a-zA-Z0-9]{12,20}$/);
    fc.assert(
      fc.property(text, secret, text, (before, key, after) => {
        const body = `${before} {"routing_key": "${key}"} ${after}`;
        const object = { kind: "template", key: "t", body: { name: "t", body } } as const;
        const hidden = hideSecrets(object);
        expect(JSON.stringify(hidden)).not.toContain(key);
        const [name] = hiddenIn([hidden]);
        const values = Object.fromEntries(hiddenIn([hidden]).map((each) => [each, key]));
        expect(name).toBe("template/t/body");
        expect(revealSecrets(hidden, values)).toEqual(object);
      }),
    );
  });
});
