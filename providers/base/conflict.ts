import { ConflictError } from "../client/index.js";

/**
 * Runs a read-then-write. When someone else wrote between the two, the server answers 409, and it is run once
 * more from the read on.
 *
 * @throws ConflictError saying that it is being changed all the time, when the second run met a conflict too
 */
export async function retryOnConflict<T>(what: string, readThenWrite: () => Promise<T>): Promise<T> {
  try {
    return await readThenWrite();
  } catch (error) {
    if (!isStale(error)) throw error;
  }
  try {
    return await readThenWrite();
  } catch (error) {
    if (!isStale(error)) throw error;
    const { method, path, status, serverMessage } = error;
    const cure = `${what} was changed by someone else twice while it was being updated. Deploy again when they are done.`;
    throw new ConflictError({ method, path, status, serverMessage, cure });
  }
}

const isStale = (error: unknown): error is ConflictError =>
  error instanceof ConflictError && error.status === 409;
