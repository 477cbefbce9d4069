import { z } from "zod";
import type { Inputs } from "../base/inputs.js";

export interface OrganizationSpec {
  /** Letters, digits, spaces and `_`; trimmed. Renamed in place. */
  name: string;
}

export type OrganizationArgs = Inputs<OrganizationSpec>;

export const organizationSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .regex(/^[A-Za-z0-9_ ]*$/, "must be letters A to Z, digits, spaces and _"),
});

/** Plain inputs. */
export type OrganizationInputs = z.output<typeof organizationSchema>;
