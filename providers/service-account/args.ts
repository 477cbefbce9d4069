import { z } from "zod";
import { accountAddressSchema } from "../base/email.js";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";

export interface ServiceAccountSpec extends TakeOver {
  /** E-mail address: the account's name. The server lower-cases it. Changing it replaces the account. */
  email: string;
  /** Default empty. */
  firstName?: string;
  /** Default empty. */
  lastName?: string;
  /**
   * Any text; changing it rotates the token, and the old one stops working at once.
   * @example "2026-11"
   */
  rotation?: string;
}

export type ServiceAccountArgs = Inputs<ServiceAccountSpec>;

export const serviceAccountSchema = z.strictObject({
  email: accountAddressSchema,
  firstName: z.string().default(""),
  lastName: z.string().default(""),
  rotation: z.string().default(""),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type ServiceAccountInputs = z.output<typeof serviceAccountSchema>;
