import { type Urn } from "../urn.js";

/** Why nothing can be done for a resource. Whoever throws it leaves the telling to the run. */
export class PlanFailure extends Error {
  override readonly name = "PlanFailure";
  constructor(
    readonly urn: Urn,
    /** One diagnostic each; none when they have been told already. */
    readonly messages: readonly string[],
  ) {
    super(messages.join("\n"));
  }
}
