/** Exit codes of every verb. */
export const exitCodes = {
  /** Done; every check passed. */
  ok: 0,
  /** A check failed, a deploy failed, or something differs. */
  failed: 1,
  /** Wrong usage, bad input, or a set-up that lacks something. */
  usage: 2,
  /** The server, the gateway or the application could not be reached. */
  unreachable: 3,
  /** A release is held: the figures do not decide, a person must. */
  held: 4,
  /** Another one of the same stack is under way. */
  busy: 5,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface OperatorErrorOptions {
  /** What the operator can do about it, one sentence. */
  readonly cure?: string;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** An end that the operator is told about: the message names the cause, `cure` says what to do. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly cure: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, { cure, exitCode = exitCodes.failed, cause }: OperatorErrorOptions = {}) {
    super(message, { cause });
    this.cure = cure;
    this.exitCode = exitCode;
  }
}

/** Bad input: a wrong option, or a file that does not say what it should. */
export const usageError = (message: string, cure?: string) =>
  new OperatorError(message, { exitCode: exitCodes.usage, ...(cure === undefined ? {} : { cure }) });

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
