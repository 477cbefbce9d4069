import type { ServerContext } from "../context.js";
import type { StreamKey } from "../data/store.js";
import { organizations } from "../organizations/registry.js";

/**
 * The server keeps the distinct values of some fields in streams of its own. The stand-in makes these streams when
 * the server does, since they show in lists and counts, and leaves them empty.
 */

/** Fields whose values are kept without being asked. */
const keptFields = ["operation_name", "service_name"];

/** What was ingested is looked through this often. */
const intervalSeconds = 10;

const derived = ({ organization, type, name }: StreamKey): StreamKey => ({
  organization,
  type: "metadata",
  name: `distinct_values_${type}_${name}`,
});

/** A change of a stream's retention is also one of the derived stream's, which comes into being by it. */
export async function followRetention(context: ServerContext, key: StreamKey): Promise<void> {
  const target = derived(key);
  const { data_retention } = context.streams.settings(key);
  await ensure(context, target);
  await context.streams.save(target, { settings: { ...context.streams.settings(target), data_retention } });
}

async function ensure(context: ServerContext, key: StreamKey): Promise<void> {
  if (context.data.columns(key)) return;
  await context.data.create(key, [{ name: "_timestamp", type: "Int64" }]);
  await context.streams.save(key, { createdAt: context.clock.micros() });
}

/** Makes the derived streams of what was ingested long enough ago. */
export async function keepDistinctValues(context: ServerContext): Promise<void> {
  for (const { identifier } of organizations(context)) {
    for (const key of context.data.streams(identifier)) {
      if (isDue(context, key)) await ensure(context, derived(key));
    }
  }
}

function isDue({ streams, data, clock }: ServerContext, key: StreamKey): boolean {
  if (key.type !== "logs" && key.type !== "traces") return false;
  const { enable_distinct_fields } = streams.settings(key);
  const created = streams.record(key)?.createdAt ?? 0;
  if (!enable_distinct_fields || clock.micros() - created < intervalSeconds * 1_000_000) return false;
  return data.columns(key)?.some(({ name }) => keptFields.includes(name)) === true;
}
