import { z } from "zod";

/** What most writes answer. Newer servers add the id and name of what they made. */
export const savedSchema = z.looseObject({
  message: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
});

/** For answers that nobody reads. */
export const anything = z.unknown();
