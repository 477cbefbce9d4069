import type { ServerContext } from "../context.js";
import { finishDeletions } from "./deletion.js";
import { keepDistinctValues } from "./distinct.js";

/** What the server does to its streams by itself as time passes. */
export async function upkeep(context: ServerContext): Promise<void> {
  await finishDeletions(context);
  await keepDistinctValues(context);
}

/** Looks every so often, and at least ten times while a deletion lasts. Answers what stops it. */
export function startUpkeep(context: ServerContext): () => Promise<void> {
  const pause = Math.min(1000, Math.max(10, context.options.streamDeletionSeconds * 100));
  let running = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = upkeep(context)
      .catch((error: unknown) => context.report("the upkeep of streams", error))
      .finally(() => (busy = false));
  }, pause);
  timer.unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}
