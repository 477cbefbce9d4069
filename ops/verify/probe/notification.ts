import { type ServerAlertDestination } from "@o2cqrs/providers/client";
import { streams } from "@o2cqrs/contract";
import { messageOf } from "../../cli/errors.js";
import { type VerifyContext } from "../context.js";
import { LoopbackReceiver } from "./loopback-receiver.js";

export interface NotificationOutcome {
  /** How the notification was seen to arrive. */
  readonly how: string;
  readonly problem?: string;
}

const deliveredWithinMs = 10_000;

/**
 * Sends a test notification the way a real one goes: an alert made for it, switched off, is triggered and
 * deleted again. So the template, the server's guard against private addresses and the receiver are all in it.
 */
export async function notifyDestination(
  context: VerifyContext,
  destination: ServerAlertDestination,
  runId: string,
): Promise<NotificationOutcome> {
  const receiver = await LoopbackReceiver.open(destination.url ?? undefined);
  try {
    await triggerTestAlert(context, destination.name, `o2cqrs-test-notification-${runId.slice(0, 8)}`);
    if (receiver === undefined) return { how: "the receiver took it" };
    const received = await receiver.receivedWithin(deliveredWithinMs);
    const how = `arrived at a receiver opened for this check on ${receiver.address}`;
    return received
      ? { how }
      : { how, problem: `nothing arrived on ${receiver.address} in ${deliveredWithinMs / 1000} s` };
  } catch (error) {
    return { how: "", problem: messageOf(error) };
  } finally {
    await receiver?.close();
  }
}

async function triggerTestAlert({ admin }: VerifyContext, destination: string, name: string): Promise<void> {
  const id = await admin.alerts.create(
    {
      name,
      stream_type: "logs",
      stream_name: streams.commands.storedName,
      is_real_time: false,
      query_condition: {
        type: "sql",
        sql: `SELECT count(*) AS n FROM "${streams.commands.storedName}" HAVING count(*) < 0`,
      },
      trigger_condition: {
        period: 1,
        operator: ">=",
        threshold: 1,
        frequency: 60,
        frequency_type: "minutes",
        silence: 0,
        timezone: "UTC",
      },
      destinations: [destination],
      context_attributes: {
        title: "Test notification",
        summary: "o2cqrs verify sent this to see that notifications arrive. Nothing is wrong.",
        severity: "low",
      },
      row_template: "",
      row_template_type: "String",
      description: "Made by o2cqrs verify, which deletes it again",
      enabled: false,
      tz_offset: 0,
    },
    "default",
  );
  try {
    await admin.alerts.trigger(id);
  } finally {
    await admin.alerts.delete(id);
  }
}
