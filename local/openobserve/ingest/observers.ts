import { type ServerContext } from "../context.js";
import { type Batch } from "../data/batch.js";
import { type StreamKey } from "../data/store.js";

export type IngestObserver = (key: StreamKey, batch: Batch) => void;

const observers = new WeakMap<ServerContext, Set<IngestObserver>>();

/** Tells of every batch of rows once it is durable; answers what ends it. */
export function observeIngest(context: ServerContext, observer: IngestObserver): () => void {
  const known = observers.get(context) ?? new Set();
  observers.set(context, known.add(observer));
  return () => void known.delete(observer);
}

export function afterIngest(context: ServerContext, key: StreamKey, batch: Batch): void {
  for (const observer of observers.get(context) ?? []) observer(key, batch);
}
