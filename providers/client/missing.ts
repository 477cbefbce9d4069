import { NotFoundError } from "./errors.js";

/** Reads that find nothing, and deletions that have nothing to delete, are no failures. */
export async function undefinedIfMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
