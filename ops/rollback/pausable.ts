import { logStreamRoles, rewriteStreamName, streams } from "@o2cqrs/contract";
import { type ServerPipeline } from "@o2cqrs/providers/client";
import { usageError } from "../cli/errors.js";

const maskedStreams = new Set<string>(logStreamRoles.map((role) => streams[role].storedName));

/** Without this pipeline, records would be stored unmasked. */
export function masks({ source }: Pick<ServerPipeline, "source">): boolean {
  const { source_type: type, stream_name: stream } = source;
  return type === "realtime" && typeof stream === "string" && maskedStreams.has(rewriteStreamName(stream));
}

export interface PauseChoice {
  /** Noisy streams, as the application names them. */
  readonly streams: readonly string[];
  /** Pipelines by name, beside those that read the streams. */
  readonly pipelines: readonly string[];
}

/**
 * The pipelines to switch off: those that read a noisy stream, and those that are named.
 * @throws OperatorError when one of them masks: that one is never switched off, its stream is paused instead
 */
export function pipelinesToPause(
  all: readonly ServerPipeline[],
  { streams: noisy, pipelines: names }: PauseChoice,
): ServerPipeline[] {
  const stored = new Set(noisy.map(rewriteStreamName));
  const named = all.filter(({ name }) => names.includes(name));
  const missing = names.filter((name) => !named.some((pipeline) => pipeline.name === name));
  if (missing.length > 0)
    throw usageError(`There is no pipeline ${missing.join(", ")}`, "See their names in OpenObserve.");
  const refused = named.filter(masks).map(({ name }) => name);
  if (refused.length > 0)
    throw usageError(
      `Pipeline ${refused.join(", ")} masks personal data and is never switched off`,
      "Pause its stream at the source instead: --pause-stream.",
    );
  const reading = all.filter(
    ({ source }) =>
      typeof source.stream_name === "string" && stored.has(rewriteStreamName(source.stream_name)),
  );
  return [...new Set([...named, ...reading.filter((pipeline) => !masks(pipeline))])].filter(
    ({ enabled }) => enabled,
  );
}
