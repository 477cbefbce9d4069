import { type MessageClass, type Validator, zodValidator } from "openobserve-cqrs/runtime/bus";
import { z } from "zod";
import { CancelOrder, PayOrder, PlaceOrder } from "./messages.js";

const orderId = z.string().min(1);

/** What commands must look like; whatever does not is refused before a handler sees it. */
export const validators: ReadonlyMap<MessageClass, Validator> = new Map<MessageClass, Validator>([
  [
    PlaceOrder,
    zodValidator(
      z.object({ orderId, customerId: z.string().min(1), cents: z.int().positive(), email: z.email() }),
    ),
  ],
  [PayOrder, zodValidator(z.object({ orderId }))],
  [CancelOrder, zodValidator(z.object({ orderId, reason: z.string().min(1) }))],
]);
