import { type ServerContext } from "../context.js";
import { type StreamKey } from "../data/store.js";
import { type Graph, graphOf, takes } from "./graph.js";

/** The graph of the realtime pipeline that takes the records of a stream, if there is one. */
export function activePipeline(context: ServerContext, key: StreamKey): Graph | undefined {
  const cache = cacheOf(context);
  const id = `${key.organization}/${key.type}/${key.name}`;
  const known = cache.get(id);
  if (known !== undefined) return known ?? undefined;
  const { pipelines, functions } = context.metadata;
  const candidates = pipelines.list(key.organization).filter((candidate) => takes(candidate, key));
  const stopped =
    context.version.ingest.disabledPipelineStopsOthers && candidates.some(({ enabled }) => !enabled);
  const pipeline = stopped ? undefined : candidates.find(({ enabled }) => enabled);
  const graph = pipeline && graphOf(pipeline, (name) => functions.get(key.organization, name)?.function);
  cache.set(id, graph ?? null);
  return graph;
}

/** Streams without a pipeline are noted as null: they are most, and every request asks. */
type Cache = Map<string, Graph | null>;

const caches = new WeakMap<ServerContext, Cache>();

function cacheOf(context: ServerContext): Cache {
  const known = caches.get(context);
  if (known) return known;
  const cache: Cache = new Map();
  context.events.on("pipelinesChanged", () => cache.clear());
  context.events.on("functionChanged", () => cache.clear());
  caches.set(context, cache);
  return cache;
}
