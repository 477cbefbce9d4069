import { z } from "zod";

/** A first field of `*` would be replaced by the second of the save, so the seconds must be digits. */
export const cronSchema = z
  .string()
  .trim()
  .refine(
    (cron) => [6, 7].includes(cron.split(/\s+/).length),
    "needs six fields, seconds first: 0 30 9 * * *",
  )
  .refine((cron) => /^\d/.test(cron), "must give the seconds as digits: 0 30 9 * * *");

const knownTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

export const timeZoneSchema = z
  .string()
  .refine(knownTimeZone, "must be an IANA time zone such as Europe/Paris");
