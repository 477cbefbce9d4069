/** An expression that cannot be parsed or evaluated. */
export class PromqlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PromqlError";
  }
}

/** An expression of Prometheus that this engine does not evaluate. */
export class UnsupportedPromql extends PromqlError {
  constructor(readonly feature: string) {
    super(`unsupported: ${feature}`);
    this.name = "UnsupportedPromql";
  }
}
