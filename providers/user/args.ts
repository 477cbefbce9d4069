import { z } from "zod";
import { accountAddressSchema } from "../base/email.js";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";

export interface UserSpec extends TakeOver {
  /**
   * E-mail address: the name to sign in with. The server lower-cases it. Changing it replaces the user.
   */
  email: string;
  /**
   * Password, of at least 8 characters. A secret: encrypted in the state, and never in an output that is not
   * secret. Changing it changes the user's password at once; one that was changed elsewhere is found by a
   * refresh and set again.
   */
  password: string;
  /** Default empty. */
  firstName?: string;
  /** Default empty. */
  lastName?: string;
}

export type UserArgs = Inputs<UserSpec>;

/** The servers' own rule. */
const shortestPassword = 8;

export const userSchema = z.strictObject({
  email: accountAddressSchema,
  password: z
    .string()
    .refine(
      (password) => Buffer.byteLength(password) >= shortestPassword,
      `must have at least ${shortestPassword} characters`,
    ),
  firstName: z.string().default(""),
  lastName: z.string().default(""),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type UserInputs = z.output<typeof userSchema>;
