import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { createEngine, type OperationResult, type ProviderCall } from "@o2cqrs/local-engine";

import { openCrypter } from "../../../local/engine/secrets/passphrase.js";
import { describeWithShared } from "../../shared.js";
import { normalisedCall, normalisedResource, type Normalisation } from "./support/normalise.js";
import { TestProject } from "./support/project.js";
import { recordedCalls, recordedExitCode, recordedState } from "./support/recordings.js";
import { ThingServer } from "./support/thing-server.js";

jest.setTimeout(120_000);

type Operation = "preview" | "up" | "refresh" | "destroy";

interface Step {
  readonly name: string;
  readonly operation: Operation;
  /** What somebody did to the server before the step. */
  readonly before?: (server: ThingServer) => Promise<void>;
}

const steps: readonly Step[] = [
  { name: "01-preview-empty", operation: "preview" },
  { name: "02-up-create", operation: "up" },
  { name: "03-up-nochange", operation: "up" },
  { name: "04-up-update", operation: "up" },
  { name: "05-up-replace", operation: "up" },
  { name: "06-up-create-fails", operation: "up" },
  { name: "07-up-after-failure", operation: "up" },
  { name: "08-up-delete-protected", operation: "up" },
  { name: "09-up-unprotect", operation: "up" },
  { name: "10-up-delete", operation: "up" },
  {
    name: "11-refresh-drift",
    operation: "refresh",
    before: async (server) => server.put("id3", { kind: "purple", size: 9 }),
  },
  { name: "12-up-repair", operation: "up" },
  { name: "13-check-fails", operation: "up" },
  { name: "14-refresh-gone", operation: "refresh", before: async (server) => server.delete("id3") },
  { name: "15-up-recreate", operation: "up" },
  { name: "16-destroy", operation: "destroy" },
];

interface StateJson {
  readonly deployment: { readonly resources?: Record<string, unknown>[] };
}

const recordedBase = "http://127.0.0.1:5999";
const table: Record<string, string | number>[] = [];

describeWithShared("pulumi", "the sixteen steps that the real engine was recorded with", (folder) => {
  const project = new TestProject();
  let server: ThingServer;
  let normalisation: Normalisation;

  beforeAll(async () => {
    project.copyFrom(join(folder, "sample"));
    server = await ThingServer.start(project.dir);
    const salt = /encryptionsalt: (.*)/.exec(configOf("01-preview-empty"))?.[1] ?? "";
    const crypter = await openCrypter("test", salt);
    normalisation = { bases: [recordedBase, server.url], decrypt: (text) => crypter.decrypt(text) };
  });

  afterAll(async () => {
    await server.stop();
    project.remove();
    console.log(percentages());
  });

  const configOf = (step: string): string =>
    readFileSync(join(folder, "steps", `${step}.config.yaml`), "utf8");

  const run = async ({
    name,
    operation,
  }: Step): Promise<{ result: OperationResult; calls: ProviderCall[] }> => {
    project.write("Pulumi.dev.yaml", configOf(name).replace(recordedBase, server.url));
    const calls: ProviderCall[] = [];
    const engine = createEngine({
      projectDir: project.dir,
      stack: "dev",
      passphrase: "test",
      parallel: 8,
      env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
      onProviderCall: (call) => {
        calls.push(call);
        // `third` fails while `b` is being planned, as it happened to the real engine.
        if (name === "06-up-create-fails" && call.method === "Diff" && call.request.name === "b")
          server.refuse();
      },
    });
    return { result: await engine[operation](), calls };
  };

  const storedResources = (): Record<string, unknown>[] => {
    const path = join(project.dir, ".o2cqrs/state/sample/dev.json");
    if (!existsSync(path)) return [];
    const { deployment } = JSON.parse(readFileSync(path, "utf8")) as StateJson;
    return deployment.resources ?? [];
  };

  test.each(steps)("$name: same calls, same state, same exit code", async (step) => {
    await step.before?.(server);
    const { result, calls } = await run(step);

    // Resources that do not need each other finish in any order, so calls and resources are compared as sets;
    // that the stored order is one of those possible is what every next step checks when it reads the state.
    const expectedCalls = recordedCalls(folder, step.name)
      .map((call) => normalisedCall(call, normalisation))
      .sort();
    const actualCalls = calls.map((call) => normalisedCall(call, normalisation)).sort();
    const expectedState = recordedState(folder, step.name)
      .map((state) => normalisedResource(state, normalisation))
      .sort();
    const actualState = storedResources()
      .map((state) => normalisedResource(state, normalisation))
      .sort();
    const expectedExit = recordedExitCode(folder, step.name);
    table.push({
      step: step.name,
      calls: expectedCalls.filter((call) => actualCalls.includes(call)).length,
      ofCalls: Math.max(expectedCalls.length, actualCalls.length),
      resources: expectedState.filter((state, index) => state === actualState[index]).length,
      ofResources: Math.max(expectedState.length, actualState.length),
      exit: Number(expectedExit === result.exitCode),
    });

    expect(result.exitCode).toBe(expectedExit);
    expect(actualCalls).toEqual(expectedCalls);
    expect(actualState).toEqual(expectedState);
  });
});

function percentages(): string {
  const lines = table.map(
    ({ step, calls, ofCalls, resources, ofResources, exit }) =>
      `${String(step).padEnd(24)} calls ${calls}/${ofCalls}  resources ${resources}/${ofResources}  exit code ${exit === 1 ? "same" : "DIFFERS"}`,
  );
  const sum = (column: string): number => table.reduce((total, row) => total + Number(row[column]), 0);
  const percent = (part: number, whole: number): string =>
    `${((100 * part) / Math.max(whole, 1)).toFixed(1)}%`;
  return [
    "Replay of the real engine's sixteen steps",
    ...lines,
    `provider calls ${percent(sum("calls"), sum("ofCalls"))}, resources in state ${percent(sum("resources"), sum("ofResources"))}, ` +
      `exit codes ${percent(sum("exit"), table.length)}`,
  ].join("\n");
}
