import { UnavailableError } from "@o2cqrs/providers/client";
import { type ExitCode, exitCodes, messageOf, OperatorError } from "../cli/errors.js";

/**
 * Does each, whatever becomes of the others.
 * @throws what failed: the one error, or all of them as one
 */
export async function doEach(works: readonly (() => Promise<void>)[], signal: AbortSignal): Promise<void> {
  const errors: unknown[] = [];
  for (const work of works) {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      errors.push(error);
    }
  }
  if (errors.length > 0) throw asOne(errors);
}

/** Several errors as one that says all of them and what to do about each. */
function asOne(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const cure = curesOf(errors);
  return new OperatorError([...new Set(errors.map(messageOf))].join("; "), {
    exitCode: exitCodeOf(errors),
    ...(cure !== "" && { cure }),
    cause: errors[0],
  });
}

/** A step whose undoing failed. */
export interface UndoFailure {
  readonly title: string;
  readonly error: unknown;
}

/** The end of an undoing that could not undo everything: what is left, and how to go on. */
export function incompleteUndo(failures: readonly UndoFailure[]): OperatorError {
  const errors = failures.map(({ error }) => error);
  const reasons = [...new Set(errors.map(messageOf))].map((reason) => {
    const titles = failures.filter(({ error }) => messageOf(error) === reason).map(({ title }) => title);
    return `${titles.join(", ")}: ${reason}`;
  });
  const cure = curesOf(errors) || "Mend what the message names.";
  return new OperatorError(`Not everything is undone: ${reasons.join("; ")}`, {
    exitCode: exitCodeOf(errors),
    cure: `${cure} Then run the same command again: it goes on with what is left.`,
    cause: errors[0],
  });
}

function curesOf(errors: readonly unknown[]): string {
  const cures = errors.flatMap((error) => {
    if (error instanceof OperatorError) return error.cure ?? [];
    return error instanceof UnavailableError ? "Wait for OpenObserve, or start it." : [];
  });
  return [...new Set(cures)].join(" ");
}

/** What the operator must write otherwise comes first, then what must be waited for. */
function exitCodeOf(errors: readonly unknown[]): ExitCode {
  const codes = errors.map((error) => {
    if (error instanceof OperatorError) return error.exitCode;
    return error instanceof UnavailableError ? exitCodes.unreachable : exitCodes.failed;
  });
  return [exitCodes.usage, exitCodes.unreachable].find((code) => codes.includes(code)) ?? exitCodes.failed;
}
