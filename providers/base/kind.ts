import type { z } from "zod";
import type { Properties } from "./values.js";

/** What distinguishes one kind of resource for the verbs that all share. Lives in each kind's `rules`. */
export interface Kind<Inputs extends object> {
  /** As the reader knows it: `Alert`. */
  readonly name: string;
  readonly schema: z.ZodType<Inputs>;
  /**
   * The inputs in a form in which two are equal exactly if the server makes no difference between them: sets
   * sorted, the server's own rewrites undone.
   */
  readonly comparable: (inputs: Inputs) => Properties;
  /** Properties that cannot be changed in place. */
  readonly replaceOn: readonly (keyof Inputs & string)[];
  /** Whether the old object must go before the new one comes. */
  readonly deleteBeforeReplace?: boolean;
}
