import type { ServerContext } from "../context.js";
import { streamId } from "./registry.js";
import { organizations } from "../organizations/registry.js";

/** Finishes the deletions whose time has come. */
export async function finishDeletions(context: ServerContext): Promise<void> {
  const { metadata, clock, options } = context;
  const due = clock.micros() - options.streamDeletionSeconds * 1_000_000;
  for (const { identifier } of organizations(context)) {
    for (const deletion of metadata.deletions.list(identifier)) {
      if (deletion.requestedAt <= due) await metadata.deletions.delete(identifier, streamId(deletion));
    }
  }
}
