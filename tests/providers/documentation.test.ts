import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as providers from "@o2cqrs/providers";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import type { Provider } from "../../providers/base/provider.js";

const root = join(__dirname, "..", "..");
const folder = join(root, "docs", "resources");
const pages = readdirSync(folder).filter((file) => file !== "README.md");
/** Pages of functions, which make nothing. */
const lookups = "lookups.md";
const resourcePages = pages.filter((page) => page !== lookups);

function exampleOf(page: string): string {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(folder, page), "utf8")) ?? [];
  if (example === undefined) throw new Error(`${page} has no example`);
  return example;
}

const made: { type: string; inputs: object }[] = [];

/** The mocks keep secrets wrapped; the engine unwraps them for providers. */
function unwrapped(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return unwrapped(pulumi.runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unwrapped(member)]));
}

beforeAll(() =>
  pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        made.push({ type, inputs: unwrapped(inputs) as object });
        return { id: `${name}-id`, state: inputs as object };
      },
      call: ({ inputs }) => inputs as object,
    },
    "orders",
    "dev",
  ),
);

test("There is a page for every resource", () => {
  const kinds = resourcePages.map((page) =>
    page.replace(".md", "").replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()),
  );
  const resources = Object.keys(providers).filter((name) => /^[A-Z]/.test(name) && !name.endsWith("Error"));
  expect(kinds.sort()).toEqual(resources.sort());
});

test("The examples of all pages compile against the types of the arguments", () => {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
      },
    },
  )!;
  const options = { ...config.options, incremental: false };
  delete options.tsBuildInfoFile;
  const examples = new Map(
    pages.map((page) => [join(root, "tests", "providers", `example-${page}.ts`), exampleOf(page)]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (file) => examples.has(file) || fileExists(file);
  host.readFile = (file) => examples.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const example = examples.get(file);
    return example === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, example, version);
  };
  const program = ts.createProgram([...examples.keys()], options, host);
  const problems = [...examples.keys()].flatMap((file) => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
  expect(problems).toEqual([]);
}, 120_000);

test.each(resourcePages)("The example of %s runs, and its arguments pass check", async (page) => {
  made.length = 0;
  const { outputText } = ts.transpileModule(exampleOf(page), {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
    },
  });
  const modules: Record<string, unknown> = { "@o2cqrs/providers": providers, "@pulumi/pulumi": pulumi };
  const exported: Record<string, unknown> = {};
  // In this realm: Pulumi tells arrays by instanceof.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running the example is the test
  const evaluate = new Function("require", "exports", outputText) as (
    require: (name: string) => unknown,
    exports: Record<string, unknown>,
  ) => void;
  evaluate((name) => modules[name], exported);
  await Promise.all(
    Object.values(exported).map((value) => {
      const output = value instanceof pulumi.Resource ? value.urn : (value as pulumi.Output<unknown>);
      return new Promise((resolve) => output.apply(resolve));
    }),
  );
  expect(made.length).toBeGreaterThan(0);
  for (const { type, inputs } of made) {
    const kind = type
      .split(":")
      .at(-1)!
      .replace(/(?<!^)([A-Z])/g, "-$1")
      .toLowerCase();
    const { provider } = (await import(`../../providers/${kind}/provider.js`)) as {
      provider: Provider<object, object>;
    };
    expect(provider.check({}, inputs).failures).toEqual([]);
  }
});
