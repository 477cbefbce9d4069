import type { BackgroundJob } from "../background.js";
import type { ServerContext } from "../context.js";
import { type Batch } from "../data/batch.js";
import { type StreamKey, type StreamType } from "../data/store.js";
import { observeIngest } from "../ingest/observers.js";
import { type JsonObject, type JsonValue } from "../ingest/json.js";
import { organizations } from "../organizations/registry.js";
import { evaluateRange, parsePromql } from "../promql/index.js";
import { sourceFor } from "../prometheus/series.js";
import { search } from "../sql/search.js";
import type { AlertRecord, AlertStateRecord } from "../store/records.js";
import { type AlertQueries, evaluateAlert, firesAtOnce } from "./evaluate.js";
import { NotificationError, notify } from "./notify.js";
import { type AlertRow, nextEvaluation, windowOf } from "./rules.js";

/** How often an evaluation is tried before the next regular one, failed deliveries included. */
const maxTries = 3;

/** When an alert comes up next; microseconds. */
interface Plan {
  at: number;
  tries: number;
}

/** Evaluates the enabled alerts when they are due, and realtime ones as records come in. */
export const startAlerts: BackgroundJob = (context) => {
  const scheduler = new AlertScheduler(context);
  context.hooks.notifier = (alert) => scheduler.trigger(alert);
  const stopObserving = observeIngest(context, (key, batch) => scheduler.observe(key, batch));
  context.events.on("alertChanged", ({ organization, id }) => scheduler.plan(organization, id));
  for (const { identifier } of organizations(context)) {
    for (const { id } of context.metadata.alerts.list(identifier)) scheduler.plan(identifier, id);
  }
  const timer = setInterval(() => void scheduler.runDue(), context.options.alertIntervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stopObserving();
    await scheduler.idle();
  };
};

class AlertScheduler {
  readonly #plans = new Map<string, Plan>();
  /** Until when a realtime alert rests after it fired. */
  readonly #silentUntil = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #evaluating = new Set<string>();

  constructor(private readonly context: ServerContext) {}

  /** A saved alert is evaluated at the next look; one that is gone, off or realtime never. */
  plan(organization: string, id: string): void {
    const alert = this.context.metadata.alerts.get(organization, id);
    const key = `${organization}/${id}`;
    this.#silentUntil.delete(key);
    if (!alert?.enabled || alert.is_real_time) this.#plans.delete(key);
    else this.#plans.set(key, { at: this.context.clock.micros(), tries: 0 });
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Starts what is due; an alert still being evaluated is left alone. */
  async runDue(): Promise<void> {
    const now = this.context.clock.micros();
    for (const [key, plan] of this.#plans) {
      if (plan.at <= now && !this.#evaluating.has(key)) this.#start(key, plan);
    }
    await Promise.all(this.#running);
  }

  #start(key: string, plan: Plan): void {
    const [organization = "", id = ""] = key.split("/");
    const alert = this.context.metadata.alerts.get(organization, id);
    if (!alert) return void this.#plans.delete(key);
    this.#evaluating.add(key);
    this.#track(this.#evaluate(alert, plan).finally(() => this.#evaluating.delete(key)));
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => this.context.report("alert", error))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #evaluate(alert: AlertRecord, plan: Plan): Promise<void> {
    const { context } = this;
    const { trigger_condition: trigger } = alert;
    const triggeredAt = context.clock.micros();
    let satisfied = false;
    let failed = false;
    try {
      const window = windowOf(trigger, plan.at);
      const rows = await evaluateAlert(alert, window, queriesFor(context, alert));
      satisfied = rows !== undefined;
      if (rows) await notify(context, alert, rows, window);
    } catch (error) {
      // A query that cannot run and a receiver that does not take it are both tried again.
      failed = true;
      if (!(error instanceof NotificationError)) context.report(`alert ${alert.name}`, error);
    }
    await this.#remember(alert, triggeredAt, satisfied);
    plan.tries = failed ? plan.tries + 1 : 0;
    if (failed && plan.tries < maxTries) return;
    plan.tries = 0;
    // From when it began: a slow evaluation must not push the next one back.
    plan.at = nextEvaluation(trigger, triggeredAt, satisfied && trigger.silence > 0);
  }

  async #remember({ org_id, id }: AlertRecord, triggeredAt: number, satisfied: boolean): Promise<void> {
    const { alerts, alertStates } = this.context.metadata;
    if (!alerts.get(org_id, id)) return;
    const known: AlertStateRecord | undefined = alertStates.get(org_id, id);
    await alertStates.put(org_id, id, {
      last_triggered_at: triggeredAt,
      last_satisfied_at: satisfied ? triggeredAt : (known?.last_satisfied_at ?? null),
    });
  }

  /** Sends what the alert would send, with no rows. */
  async trigger(alert: AlertRecord): Promise<string | undefined> {
    try {
      const end = this.context.clock.micros();
      await notify(this.context, alert, [], { end });
      return undefined;
    } catch (error) {
      if (error instanceof NotificationError) return error.message;
      throw error;
    }
  }

  observe(key: StreamKey, batch: Batch): void {
    const alerts = this.context.metadata.alerts
      .list(key.organization)
      .filter(
        ({ enabled, is_real_time, stream_name, stream_type }) =>
          enabled && is_real_time && stream_name === key.name && stream_type === key.type,
      );
    if (alerts.length === 0) return;
    const records = recordsOf(batch);
    for (const alert of alerts) this.#observeOne(alert, records);
  }

  #observeOne(alert: AlertRecord, records: readonly JsonObject[]): void {
    const key = `${alert.org_id}/${alert.id}`;
    const now = this.context.clock.micros();
    if ((this.#silentUntil.get(key) ?? 0) > now) return;
    const rows = records.filter((record) => firesAtOnce(alert.query_condition, record));
    if (rows.length === 0) return;
    const { silence } = alert.trigger_condition;
    if (silence > 0) this.#silentUntil.set(key, now + silence * 60_000_000);
    this.#track(this.#tell(alert, rows, now));
  }

  async #tell(alert: AlertRecord, rows: readonly AlertRow[], now: number): Promise<void> {
    await this.#remember(alert, now, true);
    for (let tries = 1; ; tries++) {
      try {
        await notify(this.context, alert, rows, { end: now });
        return;
      } catch (error) {
        if (!(error instanceof NotificationError)) throw error;
        if (tries >= maxTries) return;
        await new Promise((resolve) => setTimeout(resolve, this.context.options.alertIntervalMs));
      }
    }
  }
}

function recordsOf({ size, columns }: Batch): JsonObject[] {
  return Array.from({ length: size }, (_, index) =>
    Object.fromEntries(
      columns.flatMap(({ name, values }): [string, JsonValue][] => {
        const value = values[index];
        return value === null || value === undefined ? [] : [[name, value]];
      }),
    ),
  );
}

function queriesFor(context: ServerContext, { org_id, stream_type, stream_name }: AlertRecord): AlertQueries {
  const type = stream_type as StreamType;
  return {
    columns: () => context.data.columns({ organization: org_id, type, name: stream_name }) ?? [],
    async sql(sql, { start, end }, limit) {
      return (await search(context, org_id, type, { sql, start, end, from: 0, size: limit })).hits;
    },
    async promql(query, { start, end }, step) {
      const expr = parsePromql(query);
      const range = { start: start / 1000, end: end / 1000 };
      return evaluateRange(expr, await sourceFor(context, org_id, expr, range), {
        ...range,
        step: step / 1000,
      });
    },
  };
}
