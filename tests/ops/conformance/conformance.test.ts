import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { OpenObserve } from "@o2cqrs/providers/client";
import type { z } from "zod";
import { conformance, inOwnOrganization, junit, kinds, table } from "../../../ops/conformance/index.js";
import { onEveryServer, unique } from "../../providers/servers.js";

jest.setTimeout(570_000);

const projectRoot = join(__dirname, "..", "..", "..");

onEveryServer("Conformance", (on) => {
  it("takes every kind and the whole configuration through its life in an organisation of its own", async () => {
    spawnSync(process.execPath, [join(projectRoot, "scripts", "build.mjs")]);
    const home = await inOwnOrganization(on().connection);
    expect(home.organization).not.toBe(on().connection.organization);
    expect(await inOwnOrganization(on().connection)).toEqual(home);

    const warned = jest.spyOn(console, "warn").mockImplementation(() => undefined);
    const prefix = unique("conf").replaceAll("_", "");
    const server = new OpenObserve(home);
    // As a pipeline makes it that comes due meanwhile.
    await server.streams.create(`${prefix}_all`, "logs", { fields: [], settings: {} });
    const steps = await conformance(home, { prefix, projectRoot });
    warned.mockRestore();
    expect(steps.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(new Set(steps.map(({ kind }) => kind)).size).toBe(kinds.length + 1);

    try {
      const left = [
        ...(await server.functions.list()),
        ...(await server.pipelines.list()),
        ...(await server.alerts.list()),
        ...(await server.alertTemplates.list()).filter(({ name }) => !name.startsWith("prebuilt_")),
        ...(await server.streams.list()).filter(({ name }) => name.startsWith(prefix)),
      ];
      expect(left).toEqual([]);
    } finally {
      await server.close();
    }
  });
});

describe("The cases of a kind", () => {
  it.each(kinds.map((kind) => [kind("x").kind, kind("x")] as const))(
    "change every argument of a %s",
    async (name, { changes, ownArguments = [] }) => {
      const changed = typeof changes === "function" ? changes(["id"]) : changes;
      const arguments_ = await argumentsOf(name);
      const covered = new Set(changed.flatMap(({ args }) => Object.keys(args)));
      const missing = [...arguments_].filter((each) => !covered.has(each) && !ownArguments.includes(each));
      expect(missing).toEqual([]);
    },
  );
});

/** The arguments that a kind's schema knows, in any of its forms, but those about taking over. */
async function argumentsOf(name: string): Promise<Set<string>> {
  const folder = name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();
  const rules = (await import(`../../../providers/${folder}/rules.js`)) as Record<string, unknown>;
  const kind = Object.values(rules).find((each) => isKind(each));
  if (kind === undefined) throw new Error(`${folder}/rules has no kind`);
  const { shape, options } = kind.schema as Partial<z.ZodObject> & { options?: z.ZodObject[] };
  const keys = [shape ?? {}, ...(options ?? []).map((option) => option.shape)].flatMap(Object.keys);
  return new Set(keys.filter((key) => key !== "adopt" && key !== "marker"));
}

const isKind = (value: unknown): value is { schema: z.ZodType } =>
  typeof value === "object" && value !== null && "schema" in value && "replaceOn" in value;

describe("The report of a run", () => {
  const steps = [
    { kind: "Stream", step: "create", seconds: 0.5 },
    { kind: "Stream", step: "no-op", seconds: 0.1, failure: 'differs in "fields" & <index>' },
  ];

  it("counts what passed and says what failed", () => {
    expect(table(steps)).toContain("FAILED: differs in");
    expect(table(steps)).toMatch(/1 passed, 1 failed$/);
  });

  it("is well-formed JUnit whatever a failure says", () => {
    expect(junit("http://s", steps)).toContain('message="differs in &quot;fields&quot; &amp; &lt;index&gt;"');
  });
});
