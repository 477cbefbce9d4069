import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { stackName } from "../../deployment/stack-name.js";
import { type Check, fail, notApplicable, pass } from "../check.js";

/** Where the reports of gate and rollback are kept, by stack: the same however the stack was named. */
export const releaseFolder = (projectRoot: string, stack: string) =>
  join(projectRoot, ".o2cqrs", "releases", stackName(stack));

const lookSchema = z.looseObject({
  verdicts: z.array(z.looseObject({ canarySample: z.number(), stableSample: z.number() })).optional(),
});

const memorySchema = z.looseObject({
  percent: z.number().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  pipelines: z.array(z.unknown()).optional(),
});

/** A report as far as this check reads it; a file that is another thing, or of another stack, does not count. */
const reportSchema = z.looseObject({
  kind: z.enum(["gate", "rollback"]),
  stack: z.string(),
  startedAt: z.number(),
  steps: z
    .array(
      z.looseObject({
        status: z.string().optional(),
        looks: z.array(lookSchema).optional(),
        memory: memorySchema.optional(),
      }),
    )
    .min(1),
  outcome: z.looseObject({ kind: z.string() }).optional(),
  endedAt: z.number().optional(),
  dryRun: z.boolean().optional(),
});

type Report = z.output<typeof reportSchema>;

/** A gate that compared figures and came to an outcome, and a rollback that ended without a failed step. */
export const releaseRehearsed: Check = async ({ projectRoot, stack, target }) => {
  const reports = await readReports(releaseFolder(projectRoot, stack));
  const own = reports.filter((report) => stackName(report.stack) === stackName(stack));
  const gate = newest(own.filter(isWholeGate));
  const rollback = newest(own.filter(isWholeRollback));
  if (gate !== undefined && rollback !== undefined)
    return pass(
      `gate ${gate.outcome?.kind ?? ""} on ${dayOf(gate)}, rollback on ${dayOf(rollback)}, ${own.length} reports`,
    );
  const missing = [gate === undefined ? "gate" : "", rollback === undefined ? "rollback" : ""]
    .filter((kind) => kind !== "")
    .join(" and ");
  if (target === "local" && own.length === 0)
    return notApplicable(`no release goes through a local stack (no report of ${missing})`);
  return fail(
    `no complete report of ${missing}`,
    "Rehearse both with --dry-run, the gate while both versions have traffic and the rollback with what it will act on (--control, --traffic), and keep their reports.",
  );
};

const isWholeGate = ({ kind, outcome, steps }: Report): boolean =>
  kind === "gate" &&
  outcome !== undefined &&
  outcome.kind !== "unrehearsed" &&
  steps
    .flatMap(({ looks = [] }) => looks.flatMap(({ verdicts = [] }) => verdicts))
    .some(({ canarySample, stableSample }) => canarySample > 0 && stableSample > 0);

/** One that was only rehearsed must have found something that it would act on. */
const isWholeRollback = ({ kind, endedAt, dryRun, steps }: Report): boolean =>
  kind === "rollback" &&
  endedAt !== undefined &&
  steps.every(({ status }) => status !== "failed") &&
  (dryRun !== true || steps.some(({ memory }) => memory !== undefined && isOfSomething(memory)));

const isOfSomething = ({ percent, settings = {}, pipelines = [] }: z.output<typeof memorySchema>): boolean =>
  percent !== undefined || Object.keys(settings).length > 0 || pipelines.length > 0;

const newest = (reports: readonly Report[]): Report | undefined =>
  [...reports].sort((a, b) => a.startedAt - b.startedAt).at(-1);

const dayOf = ({ startedAt }: Report): string => new Date(startedAt).toISOString().slice(0, 10);

async function readReports(folder: string): Promise<Report[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^(gate|rollback)-.*\.json$/.test(name));
  const read = await Promise.all(files.map((name) => readReport(join(folder, name))));
  return read.flatMap((report) => report ?? []);
}

async function readReport(path: string): Promise<Report | undefined> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    // Cut short, or not ours: it proves nothing.
    return undefined;
  }
}
