import { z } from "zod";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";

export interface SavedViewSpec extends TakeOver {
  /** Name as the user interface lists it. Renamed in place. */
  name: string;
  /**
   * What the view holds, as the user interface saved it: an object that only that reads. Take it from a view
   * that was saved there, by `getSavedViewByName`.
   */
  data: Record<string, unknown>;
}

export type SavedViewArgs = Inputs<SavedViewSpec>;

/** Only what JSON carries, and as JSON carries it. */
const jsonObject = z
  .record(z.string(), z.json(), "must be an object of plain JSON values")
  .transform((data) => JSON.parse(JSON.stringify(data)) as Record<string, unknown>);

export const savedViewSchema = z.strictObject({
  name: z.string().trim().min(1, "must not be empty"),
  data: jsonObject,
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type SavedViewInputs = z.output<typeof savedViewSchema>;
