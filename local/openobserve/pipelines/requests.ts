import { emptyQueryCondition, queryCondition, triggerCondition } from "../conditions/query.js";
import { readConditionTree } from "../conditions/tree.js";
import {
  anything,
  array,
  boolean,
  type Decoded,
  DecodeError,
  type Decoder,
  f64,
  type Fields,
  i32,
  i64,
  map,
  object,
  optional,
  record,
  string,
  struct,
  u8,
  variant,
  withDefault,
} from "../serde/decoder.js";
import type { JsonNode } from "../serde/json.js";
import type { VersionBehaviour } from "../versions.js";

/** The bodies that the pipeline routes read. */

const empty = (): string => "";

const streamTypes = [
  "logs",
  "metrics",
  "traces",
  "service_graph",
  "enrichment_tables",
  "file_list",
  "metadata",
  "index",
] as const;

const stream = {
  org_id: withDefault(string, empty),
  stream_name: withDefault(string, empty),
  stream_type: withDefault(variant(...streamTypes), () => "logs" as const),
};

const scheduled = {
  org_id: withDefault(string, empty),
  stream_type: withDefault(variant(...streamTypes), () => "logs" as const),
  query_condition: withDefault(queryCondition, () => emptyQueryCondition),
  trigger_condition: withDefault(triggerCondition, () => ({
    period: 0,
    operator: "=" as const,
    threshold: 0,
    frequency: 0,
    cron: "",
    frequency_type: "minutes" as const,
    silence: 0,
    timezone: undefined,
    tolerance_in_secs: null,
    align_time: true,
  })),
  tz_offset: withDefault(i32, () => 0),
  delay: optional(i32),
  start_at: optional(i64),
};

const functionNode = {
  name: withDefault(string, empty),
  after_flatten: withDefault(boolean, () => false),
  num_args: withDefault(u8, () => 0),
};

const remoteStream = { org_id: withDefault(string, empty), destination_name: string };

/** Version 1 is a tree, version 2 a group; both are kept in the form in which they are answered. */
const conditionNode: Decoder<Record<string, unknown>> = {
  decode(node, path, mode) {
    const { version, conditions } = object({ version: optional(u8), conditions: anything }).decode(
      node,
      path,
      mode,
    );
    if (version === 2) return { version, conditions };
    if (version !== undefined && version !== 1)
      throw new DecodeError(`Unsupported version: ${version}`, path, node.end);
    const tree = readConditionTree(conditions);
    if (tree) return { conditions: tree };
    const reason =
      "Failed to parse v1 conditions: data did not match any variant of untagged enum ConditionList";
    throw new DecodeError(reason, path, node.end);
  },
};

/** A structure whose `tag` says which of several it is; the tag stays in the result. */
const tagged = <T extends Record<string, unknown>>(
  tag: string,
  forms: Readonly<Record<string, Decoder<Record<string, unknown>>>>,
): Decoder<T> => ({
  decode(node, path, mode) {
    const kind = object({ [tag]: variant(...Object.keys(forms)) }).decode(node, path, mode)[tag] ?? "";
    const rest = forms[kind]?.decode(node, path, mode);
    return { [tag]: kind, ...withoutAbsent(rest ?? {}) } as unknown as T;
  },
});

const withoutAbsent = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

const form = (fields: Fields): Decoder<Record<string, unknown>> => object(fields);

const nodeData = ({ pipelines }: VersionBehaviour) =>
  tagged<{ readonly node_type: string } & Record<string, unknown>>("node_type", {
    remote_stream: form(remoteStream),
    stream: form(stream),
    query: form(scheduled),
    function: form(functionNode),
    condition: conditionNode,
    ...(pipelines.evaluationNodes && { llm_evaluation: refused("llm_evaluation nodes") }),
  });

/** A form of the real server that the stand-in does not have. */
const refused = (feature: string): Decoder<Record<string, unknown>> => ({
  decode(node: JsonNode, path) {
    throw new DecodeError(`the embedded OpenObserve does not support ${feature}`, path, node.end);
  },
});

const source = tagged<{ readonly source_type: "realtime" | "scheduled" } & Record<string, unknown>>(
  "source_type",
  { realtime: form(stream), scheduled: form(scheduled) },
);

export const pipelineRequest = (version: VersionBehaviour) =>
  struct("struct Pipeline", {
    pipeline_id: withDefault(string, empty),
    version: withDefault(i32, () => 0),
    enabled: withDefault(boolean, () => true),
    org: withDefault(string, empty),
    name: string,
    description: withDefault(string, empty),
    source: withDefault(source, () => emptySource),
    nodes: array(
      map(
        struct("struct Node", {
          id: string,
          data: nodeData(version),
          meta: optional(record(string)),
          position: struct("struct Position", { x: f64, y: f64 }),
          io_type: string,
          style: optional(anything),
        }),
        ({ id, data, meta, position, io_type, style }) => ({
          id,
          data,
          ...(meta !== undefined && { meta }),
          position,
          io_type,
          ...(style !== undefined && { style }),
        }),
      ),
    ),
    edges: array(struct("struct Edge", { id: string, source: string, target: string })),
  });

/** What the duplicate check sees when the body has no `source`: an empty stream, which no pipeline has. */
const emptySource = {
  source_type: "realtime" as const,
  org_id: "",
  stream_name: "",
  stream_type: "logs",
};

export type PipelineRequest = Decoded<ReturnType<typeof pipelineRequest>>;
