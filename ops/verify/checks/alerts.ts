import { randomUUID } from "node:crypto";
import { acceptance, alerts, type AlertDefinition } from "@o2cqrs/contract";
import { type AlertListItem } from "@o2cqrs/providers/client";
import { type Check, fail, judge, notApplicable, pass } from "../check.js";
import { numberIn, select, type VerifyContext } from "../context.js";
import { runDrill } from "../drill/drill.js";
import { drillFinding } from "../drill/finding.js";
import { notifyDestination } from "../probe/notification.js";
import { from } from "../sql.js";

const declared: readonly AlertDefinition[] = Object.values(alerts);
const deploy = "Deploy the stack: o2cqrs up --refresh.";

const alertsOff = notApplicable("the stack is deployed with alerts switched off");
const areOff = ({ appConfig }: VerifyContext) => !appConfig.alerts.enabled;

const byName = (list: readonly AlertListItem[]) => new Map(list.map((alert) => [alert.name, alert]));

export const alertsEnabled: Check = async (context) => {
  if (areOff(context)) return alertsOff;
  const present = byName(await context.admin.alerts.list());
  const problems = declared.flatMap(({ name }) => {
    const alert = present.get(name);
    if (alert === undefined) return [`${name} does not exist`];
    return alert.enabled === true ? [] : [`${name} is off`];
  });
  return judge(problems, {
    evidence: `${declared.length - problems.length} of ${declared.length} exist and are on`,
    cure: deploy,
  });
};

/** Evaluated with each record as it arrives, not on a schedule. */
export const dlqAlertImmediate: Check = async (context) => {
  if (areOff(context)) return alertsOff;
  const { name, severity } = alerts.eventDeadLetter;
  const item = byName(await context.admin.alerts.list()).get(name);
  const alert = item === undefined ? undefined : await context.admin.alerts.get(item.alert_id);
  if (alert === undefined) return fail(`${name} does not exist`, deploy);
  const problems = [
    ...(alert.is_real_time ? [] : ["it is evaluated on a schedule"]),
    ...(alert.enabled ? [] : ["it is off"]),
    ...(alert.context_attributes?.severity === severity ? [] : [`its severity is not ${severity}`]),
  ];
  return judge(problems, {
    evidence: `${name}: ${severity}, ${alert.is_real_time ? "real time" : "scheduled"}`,
    cure: deploy,
  });
};

export const alertNotifications: Check = async (context) => {
  if (areOff(context)) return alertsOff;
  const destinations = (await context.admin.alertDestinations.list()).filter(
    ({ name }) => !name.startsWith("prebuilt_"),
  );
  if (destinations.length === 0)
    return fail("there is no destination", "Configure a receiver, such as o2cqrs:webhookUrl.");
  const outcomes: { name: string; how: string; problem?: string }[] = [];
  for (const destination of destinations) {
    outcomes.push({
      name: destination.name,
      ...(await notifyDestination(context, destination, randomUUID())),
    });
  }
  const problems = outcomes.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name}: ${problem}`],
  );
  return judge(problems, {
    evidence:
      outcomes
        .filter(({ problem }) => problem === undefined)
        .map(({ name, how }) => `${name}: ${how}`)
        .join("; ") || "none delivered",
    cure: "Check the receiver's address. Servers from v0.90 refuse loopback and private addresses unless ZO_SSRF_ALLOW_LOOPBACK=true.",
  });
};

/** With telemetry for so long, alerts that run have been evaluated: the longest interval is shorter. */
const firstEvaluationMinutes = 30;

async function minutesWithTelemetry(context: VerifyContext, since: number): Promise<number> {
  const { end } = context.window;
  const sql = `SELECT min(_timestamp) AS first, count(*) AS n FROM ${from("commands")}`;
  const [row] = await select(context, sql, { window: { start: since, end } });
  return numberIn(row, "n") === 0 ? 0 : (end - numberIn(row, "first")) / 60_000_000;
}

const microsecondsPerDay = 86_400_000_000;

export const alertHistory: Check = async (context) => {
  if (areOff(context)) return alertsOff;
  const names = new Set(declared.map(({ name }) => name));
  const ours = (await context.admin.alerts.list()).filter(({ name }) => names.has(name));
  if (ours.length === 0) return fail("none of the alerts exists", deploy);
  const oldest = context.window.end - acceptance.alertHistoryDays * microsecondsPerDay;
  const recent = (time: number | null | undefined) => (time ?? 0) >= oldest;
  const evaluated = ours.filter(({ last_triggered_at }) => recent(last_triggered_at));
  const fired = ours.filter(({ last_satisfied_at }) => recent(last_satisfied_at));
  if (evaluated.length === 0) {
    const minutes = await minutesWithTelemetry(context, oldest);
    if (minutes < firstEvaluationMinutes)
      return notApplicable(
        "no alert has been evaluated yet: the first evaluation comes a minute after the deploy",
      );
    return fail(
      `no alert has been evaluated in the last ${acceptance.alertHistoryDays} days, with telemetry for ${Math.floor(minutes)} min`,
      "See whether OpenObserve's alert manager runs, and what its log says.",
    );
  }
  const which = fired.length === 0 ? "none fired" : `fired: ${fired.map(({ name }) => name).join(", ")}`;
  return pass(
    `${evaluated.length} of ${ours.length} alerts evaluated in the last ${acceptance.alertHistoryDays} days, ${which}`,
  );
};

/** Makes every alert fire, so it must be asked for: receivers ring, and each alert is silent for a while. */
export const alertDrill: Check = async (context) => {
  if (areOff(context)) return alertsOff;
  if (context.drill === undefined)
    return notApplicable("not asked for: o2cqrs verify --alerts makes every alert fire, and receivers ring");
  return drillFinding(await runDrill(context, context.drill));
};
