/** Base of every error the engine raises on purpose: the message names the cause and the cure. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** The project or stack files are missing or hold something the engine cannot use. */
export class ProjectError extends EngineError {
  override readonly name = "ProjectError";
}

/** A secret exists and no passphrase was given, or the one given is wrong. */
export class PassphraseError extends EngineError {
  override readonly name = "PassphraseError";
}

/** The state file cannot be read, or what would be written breaks the rules of the format. */
export class StateError extends EngineError {
  override readonly name: string = "StateError";
}

/** The stack has no deployment to tell of. */
export class NotDeployedError extends StateError {
  override readonly name = "NotDeployedError";
}

/** Another run holds the stack. */
export class LockedError extends EngineError {
  override readonly name = "LockedError";
}

/** The program asks for something only the real Pulumi engine does. */
export class UnsupportedError extends EngineError {
  override readonly name = "UnsupportedError";
}

/** The run ended because the caller aborted it. */
export class CancelledError extends EngineError {
  override readonly name = "CancelledError";
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
