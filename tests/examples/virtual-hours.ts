import { alerts, slowEventMs } from "@o2cqrs/contract";
import { type Clock } from "@o2cqrs/local-openobserve";
import { runScheduledPipelines } from "../../local/openobserve/pipeline/schedule.js";
import { freePort } from "../../ops/start/free-port.js";
import { type TimeWindow, type VerifyContext } from "../../ops/verify/context.js";
import { type PanelQuery, panelQueries, readDashboards } from "../../ops/verify/dashboards.js";
import { notifiedAlerts } from "../../ops/verify/drill/watch.js";
import { LoopbackReceiver } from "../../ops/verify/probe/loopback-receiver.js";
import { postMetrics } from "../../ops/verify/probe/metrics.js";
import { deployStack, type DeployedStack } from "../ops/support/deployed-stack.js";
import { type RecordedRun, type Row } from "./recorded-run.js";

const minuteMs = 60_000;

/** How long before the machine's time the virtual one begins. */
export const minutesBehind = 40;

/** The server's time: it passes when it is told to. Only `NOW()` in SQL stays the machine's. */
class VirtualTime implements Clock {
  /** Half past a minute: what is written then falls whole into one minute of the pipelines that count. */
  now = (Math.floor(Date.now() / minuteMs) - minutesBehind + 1 / 2) * minuteMs;
  #last = 0;

  micros(): number {
    this.#last = Math.max(this.#last + 1, this.now * 1000);
    return this.#last;
  }
}

/**
 * The deployed stack on a server whose time the test decides. A recorded run goes on there for as many minutes as
 * the alerts look back, and the server's scheduler evaluates them and tells a receiver.
 */
export class VirtualHours {
  private constructor(
    private readonly time: VirtualTime,
    private readonly stack: DeployedStack,
    readonly context: VerifyContext,
    private readonly receiver: LoopbackReceiver,
  ) {}

  static async start(): Promise<VirtualHours> {
    const time = new VirtualTime();
    const webhookUrl = `http://127.0.0.1:${await freePort()}/alerts`;
    // Pipelines are run by the minute that passes, not by a timer.
    const stack = await deployStack({
      clock: time,
      webhookUrl,
      alertIntervalMs: 20,
      pipelineIntervalMs: 2 ** 31 - 1,
    });
    const context = await stack.openContext();
    const receiver = await LoopbackReceiver.open(webhookUrl);
    if (receiver === undefined) throw new Error(`${webhookUrl} is taken`);
    return new VirtualHours(time, stack, context, receiver);
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.receiver.close();
    await this.stack.close();
  }

  /** Microseconds since 1970. */
  get now(): number {
    return this.time.now * 1000;
  }

  /** Half a day passes in which nothing happens: no alert sees what was before. */
  async rest(): Promise<void> {
    await this.#switchTo(() => false);
    await this.pass(12 * 60);
  }

  async pass(minutes: number): Promise<void> {
    this.time.now += minutes * minuteMs;
    await runScheduledPipelines(this.stack.server.context);
  }

  /**
   * The run goes on: its counters grow in every minute by what they grew in it, and what failed or was slow is logged
   * again. The other records come only in the last minute; no alert looks for them before.
   */
  async goOn({ records, samples }: RecordedRun, minutes: number): Promise<void> {
    await this.#switchTo((realTime) => realTime);
    for (let minute = 1; minute <= minutes; minute++) {
      for (const [stream, rows] of records)
        await this.#write(stream, minute === minutes ? rows : rows.filter(isNoteworthy), minute);
      const now = this.now;
      await postMetrics(
        this.context,
        samples.map((sample) => sampleAt(sample, now, minute)),
      );
      await this.pass(1);
    }
  }

  async #write(stream: string, rows: readonly Row[], minute: number): Promise<void> {
    if (rows.length === 0) return;
    const now = this.now;
    await this.context.app.telemetry.ingest(
      stream,
      rows.map((row) => ({ ...row, _timestamp: now, recordid: `${String(row.recordid)}-${minute}` })),
    );
  }

  /** The alerts that notify when all are evaluated now, or did since that was last done. */
  async firing(): Promise<string[]> {
    const from = this.now;
    await this.#switchTo(() => false);
    await this.#switchTo(() => true);
    for (;;) {
      const listed = await this.context.admin.alerts.list();
      const scheduled = listed.filter(({ name }) => !isRealTime(name));
      if (scheduled.every(({ last_triggered_at }) => (last_triggered_at ?? 0) >= from)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const told = [...notifiedAlerts(this.receiver)].sort();
    this.receiver.bodies.length = 0;
    return told;
  }

  /** The panels of all dashboards, and whether each has something to show of the last quarter of an hour. */
  async panels(): Promise<ReadonlyMap<string, boolean>> {
    const { admin } = this.context;
    const window = { start: this.now - 15 * 60_000_000, end: this.now };
    const shown = new Map<string, boolean>();
    for (const content of (await readDashboards(admin)).values())
      for (const query of await panelQueries(admin, content, window)) {
        const panel = `${query.dashboard} / ${query.panel}`;
        shown.set(panel, (shown.get(panel) ?? false) || (await this.#hasData(query, window)));
      }
    return shown;
  }

  async #hasData({ language, text, streamType }: PanelQuery, { start, end }: TimeWindow): Promise<boolean> {
    const { telemetry } = this.context.admin;
    if (language === "sql") {
      const { rows } = await telemetry.search(text, { start, end, type: streamType, size: 100 });
      // A figure's query always has a row; without data nothing stands in it.
      return rows.some((row) => Object.values(row).some((value) => value !== null && value !== 0));
    }
    const answer = await telemetry.promqlRange(text, {
      start: new Date(start / 1000),
      end: new Date(end / 1000),
      stepSeconds: 60,
    });
    return answer.result.length > 0;
  }

  /** An alert that is switched on is evaluated at once, and has forgotten its silence. */
  async #switchTo(isOn: (realTime: boolean) => boolean): Promise<void> {
    for (const { alert_id, name } of await this.context.admin.alerts.list())
      await this.context.admin.alerts.setEnabled(alert_id, isOn(isRealTime(name)));
  }
}

const isRealTime = (name: string): boolean =>
  Object.values(alerts).some((alert) => alert.name === name && alert.signal.kind === "deadLetter");

const isNoteworthy = ({ status, duration_ms }: Row): boolean =>
  status === "error" || Number(duration_ms ?? 0) > slowEventMs;

/** What is counted has grown as much as time has passed; the rest is as it was. */
function sampleAt(sample: Row, at: number, minute: number): Row {
  const { value } = sample;
  const isCounter =
    String(sample.aggregation_temporality).endsWith("CUMULATIVE") &&
    sample.is_monotonic !== "false" &&
    !/_(min|max)$/.test(String(sample.__name__));
  return {
    ...Object.fromEntries(Object.entries(sample).filter(([name]) => name !== "__hash__")),
    __type__: isCounter ? "counter" : "gauge",
    value: isCounter ? Number(value) * minute : Number(value),
    _timestamp: at,
  };
}
