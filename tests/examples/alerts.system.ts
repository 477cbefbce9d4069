import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alerts, dashboards } from "@o2cqrs/contract";
import { type RunningServer, startServer } from "@o2cqrs/local-openobserve";
import PQueue from "p-queue";
import { type FaultName } from "../../examples/orders/orders/faults.js";
import { recordRun, type RecordedRun, root } from "./recorded-run.js";
import { minutesBehind, VirtualHours } from "./virtual-hours.js";

jest.setTimeout(900_000);

const repository = join(__dirname, "..", "..");

/** A row of the table in the service's README. */
interface Claim {
  readonly faults: readonly FaultName[];
  readonly rise: readonly string[];
  /** Only at times. */
  readonly mayRise: readonly string[];
}

const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

/** `…-burn-fast` and `-slow` stand together. */
const alertsIn = (text: string): string[] =>
  quoted(text.replace(/`(\S+)-fast` and `-slow`/g, "`$1-fast`, `$1-slow`"));

const claims: Claim[] = readFileSync(join(repository, "examples", "orders", "README.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [, faults = "", , rising = ""] = line.split("|");
    const [surely = "", perhaps = ""] = rising.split("; at times ");
    return {
      faults: quoted(faults)[0]!.split(",") as FaultName[],
      rise: alertsIn(surely).sort(),
      mayRise: alertsIn(perhaps),
    };
  });

const healthy: readonly FaultName[] = [];
/** The longest that an alert looks back for a condition to hold is a quarter of an hour, and the rates before that. */
const minutes = 18;

let folder: string;
let server: RunningServer;
let hours: VirtualHours;
const runs = new Map<readonly FaultName[], RecordedRun>();
const panels = new Map<string, boolean>();

beforeAll(async () => {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  folder = await mkdtemp(join(tmpdir(), "o2cqrs-alerts-"));
  server = await startServer({ dataDir: folder, ...root });
  hours = await VirtualHours.start();
  // The service mostly waits.
  const queue = new PQueue({ concurrency: 3 });
  const all = [healthy, ...claims.map(({ faults }) => faults)];
  await queue.addAll(
    all.map((faults) => async () => {
      runs.set(faults, await recordRun(server, faults));
    }),
  );
});

afterAll(async () => {
  await hours.close();
  await server.close();
  await rm(folder, { recursive: true });
});

/** Lets the service go on for a while after half a day of rest. @returns the alerts that notify */
async function alertsAfter(faults: readonly FaultName[]): Promise<string[]> {
  await hours.rest();
  await hours.goOn(runs.get(faults)!, minutes);
  for (const [panel, hasData] of await hours.panels())
    panels.set(panel, hasData || (panels.get(panel) ?? false));
  return hours.firing();
}

test("a service that has stopped is told of by the silence of all three streams", async () => {
  await hours.goOn(runs.get(healthy)!, minutes);
  // Until the machine's own time, which is what the query of these alerts compares with.
  await hours.pass(minutesBehind - minutes);
  const silence = [alerts.commandsSilence, alerts.queriesSilence, alerts.eventsSilence];
  expect(await hours.firing()).toEqual(silence.map(({ name }) => name).sort());
});

test("a healthy service raises no alert", async () => {
  expect(await alertsAfter(healthy)).toEqual([]);
});

test.each(claims)("$faults raises the alerts that the README says, and no other", async (claim) => {
  const told = await alertsAfter(claim.faults);
  expect(told.filter((name) => !claim.mayRise.includes(name))).toEqual(claim.rise);
});

test("every alert was among them but the one that no application can raise", () => {
  const risen = new Set(claims.flatMap(({ rise }) => rise));
  const others = Object.values(alerts).filter(({ name }) => !risen.has(name) && !name.endsWith("-no-data"));
  expect(others).toEqual([alerts.quarantine]);
});

test("every panel of every dashboard showed something of it, but the one of what no application can cause", () => {
  expect(panels.size).toBeGreaterThan(20);
  const empty = [...panels].filter(([, hasData]) => !hasData).map(([panel]) => panel);
  expect(empty).toEqual([`${dashboards.runtime.title} / Quarantined records`]);
});
