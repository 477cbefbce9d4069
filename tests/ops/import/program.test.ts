import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import vm from "node:vm";
import fc from "fast-check";
import ts from "typescript";
import { SafeNames } from "../../../ops/import/names.js";
import { type ImportedProgram, writeProgram } from "../../../ops/import/program.js";
import { type FoundKind, type FoundObject } from "../../../ops/import/finding.js";
import { secretsIn } from "../../../ops/import/secrets.js";
import * as arbitrary from "../../providers/arbitraries.js";

jest.setTimeout(240_000);

/** What someone may call an object, by intent or by accident. */
const hostile = fc.oneof(
  fc.constantFrom(
    "../../../etc/passwd",
    "..\\..\\windows\\system32",
    "/root/.ssh/authorized_keys",
    '"; process.exit(1); //',
    "`${process.exit(1)}`",
    "${require('node:fs')}",
    "'\n*/ evil(); /*",
    "a\u2028b\u2029c\u0000d\ud800",
    "__proto__",
    "constructor",
    "class",
    "Function",
    "config",
    "streams",
    "require",
    "CON",
    "订单 告警",
    "مرحبا",
    "👩‍👩‍👧",
    "",
    "x".repeat(500),
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
);

const kinds: Readonly<Record<FoundKind, fc.Arbitrary<object>>> = {
  Organization: arbitrary.organization,
  Stream: arbitrary.stream,
  EnrichmentTable: arbitrary.enrichmentTable,
  Function: arbitrary.vrlFunction,
  Folder: arbitrary.folder,
  AlertTemplate: arbitrary.alertTemplate,
  AlertDestination: arbitrary.alertDestination,
  PipelineDestination: arbitrary.pipelineDestination,
  Pipeline: arbitrary.pipeline,
  Alert: arbitrary.alert,
  Dashboard: arbitrary.dashboard,
  SavedView: arbitrary.savedView,
  ServiceAccount: arbitrary.serviceAccount,
  User: arbitrary.user,
};

/** Free text that every kind with a name takes is replaced by what is hostile. */
const found = fc.oneof(
  ...Object.entries(kinds).map(([kind, args]) =>
    fc.tuple(args, hostile, hostile).map(([given, name, text]): FoundObject => {
      const changed: Record<string, unknown> = {
        ...given,
        ...("description" in given && { description: text }),
      };
      if ("name" in given) changed.name = name;
      if ("title" in given) changed.title = name;
      const clean = JSON.parse(JSON.stringify(changed)) as Record<string, unknown>;
      return {
        kind: kind as FoundKind,
        name,
        args: clean,
        ...(kind === "Folder" && { id: `id of ${name}` }),
      };
    }),
  ),
);

const scan = fc.array(found, { minLength: 1, maxLength: 60 });
const knownSecret = "operator-password-1";
const write = (objects: readonly FoundObject[], organization = "default"): ImportedProgram =>
  writeProgram({ objects, leftOut: [] }, { organization, knownSecrets: [knownSecret] });

type Module = (exports: object, require: (name: string) => unknown) => void;

interface Made {
  readonly kind: string;
  readonly resource: string;
  readonly args: Record<string, unknown>;
}

/** Runs a program with stand-ins for the packages: what it would make, with its secrets filled in. */
function run({ files }: ImportedProgram, secrets: Readonly<Record<string, string>> = {}): Made[] {
  const made: Made[] = [];
  const resource = (kind: string) =>
    class {
      readonly name: unknown;
      readonly folderId: string;
      constructor(name: string, args: Record<string, unknown>) {
        made.push({ kind, resource: name, args });
        this.name = args.name;
        this.folderId = `id of ${String(args.name)}`;
      }
    };
  const setting = (key: string) => secrets[key] ?? `[${key}]`;
  class Config {
    requireSecret = setting;
    requireSecretObject = setting;
  }
  const packages: Readonly<Record<string, unknown>> = {
    "@o2cqrs/providers": Object.fromEntries(Object.keys(kinds).map((kind) => [kind, resource(kind)])),
    "@pulumi/pulumi": { Config, concat: (...parts: string[]) => parts.join("") },
  };
  const loaded = new Map<string, object>();
  const load = (path: string): object => {
    const known = loaded.get(path);
    if (known !== undefined) return known;
    const exports = {};
    loaded.set(path, exports);
    const text = files.get(`${path}.ts`);
    if (text === undefined) throw new Error(`there is no ${path}.ts`);
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(text, { compilerOptions });
    const resolve = (name: string) =>
      packages[name] ?? load(posix.normalize(posix.join(posix.dirname(path), name)));
    // No `process`, no `globalThis` of ours: what breaks out of its string finds nothing and fails.
    const run = vm.runInNewContext(`(function (exports, require) {${outputText}\n})`) as Module;
    run(exports, resolve);
    return exports;
  };
  load("index");
  return made;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the program that import writes", () => {
  test("makes exactly what was found, whatever names and texts the server holds", () => {
    fc.assert(
      fc.property(scan, (objects) => {
        const program = write(objects);
        const made = run(program);
        expect(made).toHaveLength(objects.length);
        for (const kind of Object.keys(kinds)) {
          const wanted = objects
            .filter((object) => object.kind === kind)
            .map(({ args }) => withoutSecrets(kind, args));
          const got = made.filter((each) => each.kind === kind).map(({ args }) => withoutSecrets(kind, args));
          const sorted = (list: unknown[]) => list.map((each) => JSON.stringify(sortKeys(each))).sort();
          expect(sorted(got)).toEqual(sorted(wanted));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("has files whose names are safe on every system, each once", () => {
    fc.assert(
      fc.property(scan, hostile, (objects, organization) => {
        const paths = [...write(objects, organization).files.keys()];
        for (const path of paths)
          expect(path).toMatch(
            /^(dashboards\/)?(\.gitignore|README\.md|Pulumi\.yaml|[a-z0-9][a-z0-9-]{0,70}\.(ts|json))$/,
          );
        expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
      }),
      { numRuns: 60 },
    );
  });

  test("gives every resource of a kind a name of its own", () => {
    fc.assert(
      fc.property(scan, (objects) => {
        const names = run(write(objects)).map(({ kind, resource }) => `${kind} ${resource}`);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 30 },
    );
  });

  test("always type-checks", async () => {
    const folder = await mkdtemp(join(tmpdir(), "o2cqrs-import-types-"));
    try {
      await symlink(join(__dirname, "..", "..", "..", "node_modules"), join(folder, "node_modules"));
      const samples = fc.sample(scan, 12);
      const roots: string[] = [];
      for (const [i, objects] of samples.entries()) {
        const { files } = write(objects);
        for (const [path, text] of files) {
          const file = join(folder, String(i), path);
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, text);
        }
        roots.push(join(folder, String(i), "index.ts"));
      }
      const read = ts.readConfigFile(join(folder, "0", "tsconfig.json"), ts.sys.readFile);
      const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, join(folder, "0"));
      const program = ts.createProgram(roots, { ...options, noCheck: false });
      const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${folder}/`));
      const written = own.filter(({ fileName }) => !fileName.includes("node_modules"));
      expect(written.length).toBeGreaterThan(12 * 3);
      const problems = [
        ...program.getGlobalDiagnostics(),
        ...written.flatMap((file) => [
          ...program.getSyntacticDiagnostics(file),
          ...program.getSemanticDiagnostics(file),
        ]),
      ].map(({ messageText, file, start }) => ({
        message: ts.flattenDiagnosticMessageText(messageText, "\n"),
        at: file?.text.slice(start ?? 0, (start ?? 0) + 80),
      }));
      expect(problems).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** A webhook's address and headers are read from the config. */
function withoutSecrets(kind: string, args: Record<string, unknown>): unknown {
  const { url, headers, password, ...rest } = plain({ ...args, adopt: undefined }) as Record<string, unknown>;
  if (kind === "User") return { ...rest, has: [password !== undefined] };
  if (kind !== "AlertDestination" && kind !== "PipelineDestination")
    return plain({ ...args, adopt: undefined });
  return { ...rest, has: [url !== undefined, headers !== undefined] };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sortKeys(member)]),
  );
}

describe("credentials", () => {
  const destination: FoundObject = {
    kind: "AlertDestination",
    name: "on-call",
    args: {
      type: "http",
      name: "on-call",
      template: "chat",
      url: "https://hooks.example.com/a-secret-path",
      headers: { authorization: "Bearer abcdefghijklmnop" },
    },
  };
  const template = (body: string): FoundObject => ({
    kind: "AlertTemplate",
    name: "chat",
    args: { name: "chat", body },
  });
  const textOf = ({ files }: ImportedProgram) => [...files.values()].join("\n");

  test("of a webhook are read from the config, and its key is told", () => {
    const program = write([destination]);
    expect(textOf(program)).not.toMatch(/a-secret-path|abcdefghijklmnop/);
    expect(program.secrets).toEqual([
      { key: "onCallUrl", what: "url of destination on-call", structured: false },
      { key: "onCallHeaders", what: "headers of destination on-call", structured: true },
    ]);
  });

  test("in a template are cut out of it, and put back from the config", () => {
    const body = '{"routing_key": "R0123456789ABCDEF", "summary": "{alert_name}"}';
    const program = write([template(body)]);
    expect(textOf(program)).not.toContain("R0123456789ABCDEF");
    expect(program.secrets).toMatchObject([{ key: "chatRoutingKey" }]);
    const [made] = run(program, { chatRoutingKey: "R0123456789ABCDEF" });
    expect(made?.args.body).toBe(body);
  });

  test("of a receiver and of whoever deploys are found wherever they stand", () => {
    const body = `see https://hooks.example.com/a-secret-path or use ${knownSecret}`;
    const text = textOf(write([destination, template(body)]));
    expect(text).not.toMatch(/a-secret-path|operator-password/);
  });

  test.each([
    ['{"token": "abcdef123456"}', "abcdef123456"],
    ["Authorization: Bearer abcdef.123456-xyz", "abcdef.123456-xyz"],
    ["https://user:pa55word@host.example.com/", "user:pa55word"],
    ["https://hooks.slack.com/services/T0/B0/abcdef", "T0/B0/abcdef"],
    ["https://discord.com/api/webhooks/1/abcdef", "1/abcdef"],
  ])("are recognised in %s", (text, secret) => {
    expect(secretsIn(text).map(({ start, end }) => text.slice(start, end))).toEqual([secret]);
  });

  test.each([
    '{"token": "{token}"}',
    "SELECT token FROM s",
    '"status": "published"',
    "https://example.com/a:b@c",
  ])("are not seen in %s", (text) => {
    expect(secretsIn(text)).toEqual([]);
  });
});

describe("a safe name", () => {
  test("keeps the words of a name", () => {
    const names = new SafeNames();
    expect(names.constant("cqrs_command-duration.ms", "stream")).toBe("cqrsCommandDurationMs");
    expect(names.constant("CQRS commands", "stream")).toBe("cqrsCommands");
    expect(names.constant("CQRS Commands!", "stream")).toBe("cqrsCommands2");
    expect(names.constant("500 errors", "alert")).toBe("_500Errors");
    expect(names.constant("delete", "alert")).toBe("_delete");
    expect(names.constant("订单", "stream")).toBe("stream");
    expect(names.file("Übersicht / Prüfung", "dashboard")).toBe("ubersicht-prufung");
    expect(names.file("CON", "dashboard")).toBe("con-file");
  });
});
