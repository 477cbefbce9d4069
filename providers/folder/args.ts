import { z } from "zod";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";

export interface FolderSpec extends TakeOver {
  /** Name, unique among the folders of its kind. Renamed in place. `default` is the server's own folder. */
  name: string;
  /** What the folder holds. Changing it replaces the folder. */
  kind: "dashboards" | "alerts" | "reports";
  /** Free text. Default empty. */
  description?: string;
}

export type FolderArgs = Inputs<FolderSpec>;

export const folderSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .refine((name) => name.toLowerCase() !== "default", "the default folder is the server's own"),
  kind: z.enum(["dashboards", "alerts", "reports"]),
  description: z.string().default(""),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type FolderInputs = z.output<typeof folderSchema>;
