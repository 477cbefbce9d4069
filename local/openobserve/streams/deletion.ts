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

/** A crash between the two steps of a deletion leaves rows of a stream that is no more; this takes them away. */
export async function dropRemains({ metadata, data, streams }: ServerContext): Promise<void> {
  for (const { identifier } of metadata.organizations.list("")) {
    for (const { type, name } of metadata.deletions.list(identifier)) {
      const key = { organization: identifier, type, name };
      if (!streams.record(key) && data.columns(key)) await data.drop(key);
    }
  }
}
