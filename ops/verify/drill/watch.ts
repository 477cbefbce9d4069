import { type AlertListItem } from "@o2cqrs/providers/client";
import { z } from "zod";
import { type VerifyContext } from "../context.js";
import { type LoopbackReceiver } from "../probe/loopback-receiver.js";

/** What is known of an alert at a moment; milliseconds since 1970, 0 for never. */
export interface AlertState {
  readonly enabled: boolean;
  readonly evaluatedAt: number;
  readonly firedAt: number;
}

const milliseconds = (micros: AlertListItem["last_triggered_at"]) => (micros ?? 0) / 1000;

/** The alerts as the server has them, by name. */
export async function alertStates({ admin }: Pick<VerifyContext, "admin">): Promise<Map<string, AlertState>> {
  const listed = await admin.alerts.list();
  return new Map(
    listed.map((alert) => [
      alert.name,
      {
        enabled: alert.enabled === true,
        evaluatedAt: milliseconds(alert.last_triggered_at),
        firedAt: milliseconds(alert.last_satisfied_at),
      },
    ]),
  );
}

const notification = z.looseObject({ alert: z.string() });

/** The alerts whose notifications arrived, in the words of the webhook's template. */
export function notifiedAlerts({ bodies }: Pick<LoopbackReceiver, "bodies">): ReadonlySet<string> {
  return new Set(bodies.flatMap((body) => nameIn(body) ?? []));
}

function nameIn(body: string): string | undefined {
  try {
    return notification.safeParse(JSON.parse(body)).data?.alert;
  } catch {
    return undefined;
  }
}
