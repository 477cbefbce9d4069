/** The environment does not describe a usable configuration. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";

  /** @param problems one sentence a variable, each beginning with its name */
  constructor(readonly problems: readonly string[]) {
    super(
      `OpenObserve is not configured: ${problems.join("; ")}. ` +
        "`npx o2cqrs env` writes the variables of a deployed stack; OPENOBSERVE_ENABLED=false turns telemetry off.",
    );
  }
}
