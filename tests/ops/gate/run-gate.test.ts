import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, UnavailableError } from "@o2cqrs/providers/client";
import { runCommandLine } from "../../../ops/cli/program.js";
import { systemClock } from "../../../ops/gate/clock.js";
import { type GateOptions, gateStateFile, runGate } from "../../../ops/gate/run-gate.js";
import { ReleaseStore } from "../../../ops/gate/store.js";
import { observeOnly } from "../../../ops/gate/traffic/driver.js";
import { awayStack } from "../support/away-stack.js";
import { newRecord } from "./new-record.js";

jest.setTimeout(120_000);

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "o2cqrs-run-gate-"))));
afterEach(() => rm(folder, { recursive: true }));

const record = newRecord({
  stack: "prod",
  traffic: "command ./shift",
  startedAt: 0,
  phase: { kind: "observing", step: 0 },
  steps: [{ percent: 5, since: 0, looks: [] }],
});

function optionsWith(changes: Partial<GateOptions> = {}): GateOptions {
  const away = () =>
    Promise.reject(new UnavailableError({ method: "POST", path: "/", serverMessage: "gone" }));
  return {
    context: {
      stack: "prod",
      projectRoot: folder,
      admin: { telemetry: { search: away }, streams: { list: away } },
      appConfig: { tracing: { enabled: false } },
      signal: new AbortController().signal,
    } as unknown as GateOptions["context"],
    terminal: { note: () => undefined, redact: (text) => text },
    clock: systemClock,
    traffic: observeOnly,
    canary: "2.0.0",
    settings: {},
    dryRun: false,
    restart: false,
    ...changes,
  };
}

describe("a gate", () => {
  test("that moved traffic does not go on where nothing moves it", async () => {
    await new ReleaseStore(folder, "prod").write(gateStateFile, JSON.stringify(record));
    await expect(runGate(optionsWith())).rejects.toMatchObject({
      exitCode: 2,
      message: "Gate 20260101T000000Z moves traffic by command ./shift, and this command moves none",
      cure: expect.stringContaining("--traffic"),
    });
  });

  test.each<[string, Partial<GateOptions>]>([
    ["to find the stable version", {}],
    ["to rehearse", { stable: "1.0.0", dryRun: true }],
  ])("that cannot read figures %s says so, and what to do", async (_, changes) => {
    await expect(runGate(optionsWith(changes))).rejects.toMatchObject({
      name: "OperatorError",
      exitCode: 3,
      message: expect.stringMatching(/^The figures of the versions cannot be read: .*gone/),
      cure: expect.stringContaining("Nothing was moved"),
    });
  });
});

describe("o2cqrs gate that is interrupted", () => {
  let idle: Server;
  beforeEach(async () => {
    idle = createServer((request, response) => {
      request.resume();
      response.end('{"list":[]}');
    });
    idle.listen(0, "127.0.0.1");
    await once(idle, "listening");
  });
  afterEach(async () => {
    const closed = once(idle, "close");
    idle.close();
    idle.closeAllConnections();
    await closed;
  });

  test("says what traffic it leaves behind, and both ways to go on", async () => {
    const stack = await awayStack("prod", `http://127.0.0.1:${(idle.address() as AddressInfo).port}`);
    const session = stack.session();
    const args = ["gate", "--stack", "prod", "--canary", "2.0.0", "--stable", "1.0.0", ...stack.traffic];
    const ended = runCommandLine(args, session);
    await eventually(async () => ((await stack.shares()).length > 0 ? true : undefined), {
      withinMs: 100_000,
    });
    session.interrupt();
    expect(await ended).toBe(130);
    expect(session.stderr()).toMatch(
      /of release 2\.0\.0 .*: the canary has (0% or already )?5% of the traffic/,
    );
    expect(session.stderr()).toMatch(
      /Run the same command to go on, or .* o2cqrs rollback --stack prod --traffic command/,
    );
    await stack.remove();
  });
});
