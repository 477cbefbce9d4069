import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import {
  Alert,
  AlertDestination,
  AlertTemplate,
  Dashboard,
  EnrichmentTable,
  Folder,
  Function,
  Organization,
  Pipeline,
  PipelineDestination,
  SavedView,
  ServiceAccount,
  Stream,
  User,
} from "@o2cqrs/providers";

const run = promisify(execFile);
const root = `${__dirname}/../..`;

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        return { id: `${name}-id`, state: inputs as object };
      },
      call: ({ inputs }) => inputs as object,
    },
    "orders",
    "dev",
  );
});

const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

/** Makes two of each kind and waits until they are registered. */
async function deployed(): Promise<Registered[]> {
  registered.length = 0;
  const both = (make: (name: string) => pulumi.Resource) => [make("a"), make("b")];
  const trigger = { periodMinutes: 5 };
  const resources = [
    ...both((name) => new Stream(name, { name: `cqrs-${name}` })),
    ...both((name) => new Function(name, { name, vrl: "." })),
    ...both(
      (name) =>
        new Pipeline(name, {
          name,
          source: { kind: "stream", stream: "s" },
          outputs: { o: { kind: "stream", stream: "t", from: "source" } },
        }),
    ),
    ...both((name) => new AlertTemplate(name, { name, body: "{}" })),
    ...both(
      (name) =>
        new AlertDestination(name, { type: "http", name, template: "t", url: "https://hooks.example.com/x" }),
    ),
    ...both(
      (name) =>
        new Alert(name, {
          name,
          stream: "s",
          condition: { kind: "sql", sql: "SELECT 1" },
          trigger,
          destinations: ["d"],
        }),
    ),
    ...both((name) => new Folder(name, { name, kind: "alerts" })),
    ...both((name) => new Dashboard(name, { title: name, tabs: [{ name: "Main", panels: [] }] })),
    ...both((name) => new ServiceAccount(name, { email: `${name}@Example.com` })),
    ...both((name) => new User(name, { email: `${name}@example.com`, password: "Correct#horse1" })),
    ...both((name) => new Organization(name, { name })),
    ...both((name) => new SavedView(name, { name, data: {} })),
    ...both((name) => new EnrichmentTable(name, { name, rows: [{ a: 1 }] })),
    ...both((name) => new PipelineDestination(name, { name, url: "https://archive.example.com/x" })),
  ];
  await Promise.all(resources.map((resource) => valueOf(resource.urn)));
  return registered;
}

describe("A resource", () => {
  test("has a type token of its own kind", async () => {
    const types = new Set((await deployed()).map(({ type }) => type));
    expect([...types].sort()).toEqual(
      [
        "Alert",
        "AlertDestination",
        "AlertTemplate",
        "Dashboard",
        "EnrichmentTable",
        "Folder",
        "Function",
        "Organization",
        "Pipeline",
        "PipelineDestination",
        "SavedView",
        "ServiceAccount",
        "Stream",
        "User",
      ].map((kind) => `pulumi-nodejs:dynamic/o2cqrs:${kind}`),
    );
  });

  test("keeps a provider of under 100 bytes, the same for all of its kind, without a path of this machine", async () => {
    const texts = new Map<string, Set<string>>();
    for (const { type, inputs } of await deployed()) {
      const text = inputs.__provider as string;
      texts.set(type, (texts.get(type) ?? new Set()).add(text));
      expect(Buffer.byteLength(text)).toBeLessThan(100);
      expect(text).not.toMatch(/(?:["'\s])\/|file:|[A-Z]:\\/);
    }
    expect([...texts.values()].map((set) => set.size)).toEqual(Array(14).fill(1));
  });

  test("says whose it is in a marker, where its kind has room for one", async () => {
    const marked = (await deployed()).filter(({ inputs }) => inputs.marker !== undefined);
    expect(new Set(marked.map(({ inputs }) => inputs.marker))).toEqual(
      new Set(["o2cqrs:orders/dev/a", "o2cqrs:orders/dev/b"]),
    );
    expect(marked).toHaveLength(16);
  });

  test("tells names as the server keeps them", async () => {
    expect(await valueOf(new Stream("s", { name: "cqrs-Commands" }).name)).toBe("cqrs_commands");
    const pipeline = new Pipeline("p", {
      name: " Mask Orders ",
      source: { kind: "stream", stream: "s" },
      outputs: { o: { kind: "stream", stream: "t", from: "source" } },
    });
    expect(await valueOf(pipeline.name)).toBe("mask orders");
    expect(await valueOf(new ServiceAccount("w", { email: "Writer@Example.com" }).email)).toBe(
      "writer@example.com",
    );
    expect(await valueOf(new Folder("f", { name: "F", kind: "alerts" }).folderId)).toBe("f-id");
    expect(await valueOf(new EnrichmentTable("t", { name: "My Teams", rows: [{ a: 1 }] }).name)).toBe(
      "my_teams",
    );
  });

  test("keeps a user's password and a destination's address and headers secret, whatever it is given", async () => {
    const user = new User("u", { email: "ada@example.com", password: "Correct#horse1" });
    const destination = new PipelineDestination("d", {
      name: "d",
      url: "https://archive.example.com/x",
      headers: { authorization: "plain" },
    });
    await Promise.all([valueOf(user.urn), valueOf(destination.urn)]);
    const inputs = registered.filter(({ name }) => name === "u" || name === "d").map((each) => each.inputs);
    const isSecret = (value: unknown) => pulumi.runtime.isRpcSecret(value);
    expect(inputs.flatMap((each) => Object.keys(each).filter((key) => isSecret(each[key]))).sort()).toEqual([
      "headers",
      "password",
      "url",
    ]);
  });
});

test("The text in a resource gives the process of dynamic providers all the verbs", async () => {
  registered.length = 0;
  const types = await deployed();
  const texts = [...new Set(types.map(({ inputs }) => inputs.__provider as string))];
  const program = `
    const { build } = await import("./scripts/build.mjs");
    await build();
    const { createRequire } = await import("node:module");
    const requireFromString = createRequire(process.cwd() + "/x.js")("require-from-string");
    for (const text of ${JSON.stringify(texts)}) {
      const provider = requireFromString(text).handler();
      const verbs = ["configure", "check", "diff", "create", "read", "update", "delete"];
      console.log(verbs.every((verb) => typeof provider[verb] === "function") && (await provider.check({}, {})).failures.length > 0);
    }`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { cwd: root });
  expect(stdout.trim().split("\n")).toEqual(Array(14).fill("true"));
});
