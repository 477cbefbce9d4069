import { z } from "zod";

/** The server refuses these characters in names of alerts, templates and destinations. */
const refused = /[:#?&%/"'\s]/;

/** Name of an alert, a template or a destination; the server trims it. */
export const alertingNameSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .refine((name) => !refused.test(name), "must not contain : # ? & % / quotes or white space");
