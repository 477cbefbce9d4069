import { type AlertDefinition, alerts, type LogStreamRole, logStreamRoles, streams } from "@o2cqrs/contract";
import { type Clock } from "@o2cqrs/local-openobserve";
import { freePort } from "../../../../ops/start/free-port.js";
import { alertDrill } from "../../../../ops/verify/checks/alerts.js";
import { type VerifyContext } from "../../../../ops/verify/context.js";
import { type DrillClock } from "../../../../ops/verify/drill/clock.js";
import { type DrillReport, runDrill } from "../../../../ops/verify/drill/drill.js";
import { drillFinding } from "../../../../ops/verify/drill/finding.js";
import { deployStack, type DeployedStack } from "../../support/deployed-stack.js";

jest.setTimeout(300_000);

/** One alert of each kind of signal; the others are off, so that their evaluation takes no time. */
const drilled: readonly AlertDefinition[] = [
  alerts.queryLatency,
  alerts.commandErrors,
  alerts.cacheHitRatio,
  alerts.eventDeadLetter,
  alerts.eventDeadLetterCount,
  alerts.commandsSilence,
  alerts.quarantine,
  alerts.queriesHandlerMissing,
  alerts.queryAvailabilityFastBurn,
];
const scheduled = drilled.filter(({ signal }) => signal.kind !== "deadLetter");

/** The server's time and the drill's: it passes when the drill waits, and the server keeps up with it. */
class VirtualTime implements Clock, DrillClock {
  #now = Date.now();
  #last = 0;

  now(): number {
    return this.#now;
  }

  micros(): number {
    this.#last = Math.max(this.#last + 1, this.#now * 1000);
    return this.#last;
  }

  async wait(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    await evaluated();
  }
}

let time: VirtualTime;
let stack: DeployedStack;
let context: VerifyContext;

/** Every alert that is due has been evaluated. Evaluations are a minute apart, at whole minutes. */
async function evaluated(): Promise<void> {
  const isLate = ({ name, silenceMinutes }: AlertDefinition, states: Awaited<ReturnType<typeof list>>) => {
    const { last_triggered_at, last_satisfied_at } = states.find((alert) => alert.name === name) ?? {};
    const silentUntil = (last_satisfied_at ?? 0) / 1000 + silenceMinutes * 60_000;
    return silentUntil < time.now() - 90_000 && (last_triggered_at ?? 0) / 1000 < time.now() - 90_000;
  };
  for (;;) {
    const states = await list();
    if (!scheduled.some((alert) => isLate(alert, states))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const list = () => context.admin.alerts.list();

async function switchTo(isOn: (name: string) => boolean): Promise<void> {
  for (const { alert_id, name } of await list()) await context.admin.alerts.setEnabled(alert_id, isOn(name));
}

/** A record of the application at work. */
const record = (role: LogStreamRole) => ({
  _timestamp: time.now() * 1000,
  service: "orders",
  type: "PlaceOrder",
  handler: "PlaceOrderHandler",
  status: role === "events" ? "handled" : "success",
  ...(role === "events" && { dlq: false }),
});

beforeAll(async () => {
  time = new VirtualTime();
  const webhookUrl = `http://127.0.0.1:${await freePort()}/alerts`;
  stack = await deployStack({ clock: time, webhookUrl, alertIntervalMs: 50 });
  context = { ...(await stack.openContext()), drill: time };
  for (const role of logStreamRoles) await context.app.telemetry.ingest(streams[role].name, [record(role)]);
  await switchTo((name) => drilled.some((alert) => alert.name === name));
});

afterAll(async () => {
  await context.close();
  await stack.close();
});

const outcomeOf = ({ outcomes }: DrillReport, { name }: AlertDefinition) =>
  outcomes.find(({ alert }) => alert === name);

describe("an alert drill", () => {
  let report: DrillReport;
  beforeAll(async () => {
    report = await runDrill(context, time, drilled);
  });

  test("sees every alert that can be given a fault tell of it, by its notification", () => {
    const silent = alerts.commandsSilence;
    expect(report.toldBy).toBe("notifications");
    expect(report.outcomes.filter(({ alert, fired }) => fired !== true && alert !== silent.name)).toEqual([]);
  });

  test("sees none of them fire on healthy telemetry", () => {
    expect(report.outcomes.filter(({ falsePositive }) => falsePositive === true)).toEqual([]);
    expect(report.outcomes.filter(({ falsePositive }) => falsePositive === false).length).toBeGreaterThan(7);
  });

  test("tells how long each took", () => {
    const { toldAfterMs } = outcomeOf(report, alerts.queryLatency)!;
    expect(toldAfterMs).toBeGreaterThanOrEqual(0);
    expect(toldAfterMs).toBeLessThan(200_000);
    expect(drillFinding(report)).toMatchObject({
      verdict: "pass",
      evidence: expect.stringMatching(/told of their faults \(100\.0%\).*\(0\.0%\); after \d+ s to \d+ s/),
    });
  });

  test("cannot make an application silent, and says so", () => {
    expect(outcomeOf(report, alerts.commandsSilence)!.fired).toBeUndefined();
    expect(outcomeOf(report, alerts.commandsSilence)!.remark).toMatch(/only it can fall silent|silent until/);
  });

  test("does not judge alerts that rest after it, and finds one that is off", async () => {
    await switchTo((name) => name === alerts.queryLatency.name);
    const again = await runDrill(context, time, [alerts.queryLatency, alerts.quarantine]);
    expect(outcomeOf(again, alerts.queryLatency)).toEqual({
      alert: alerts.queryLatency.name,
      remark: expect.stringMatching(/^it had fired before and is silent until \d\d:\d\d UTC$/),
    });
    expect(outcomeOf(again, alerts.quarantine)).toMatchObject({ fired: false, remark: "it is off" });
    expect(drillFinding(again).verdict).toBe("fail");
  });

  test("is run only where it is asked for", async () => {
    const unasked = await stack.openContext();
    expect(await alertDrill(unasked)).toMatchObject({
      verdict: "notApplicable",
      evidence: expect.stringContaining("verify --alerts"),
    });
    await unasked.close();
  });
});
