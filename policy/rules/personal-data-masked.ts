import { logStreamRoles, piiMarker, rewriteStreamName, streams } from "@o2cqrs/contract";
import {
  at,
  isKind,
  list,
  object,
  type Properties,
  type Resource,
  unknown,
  type Value,
} from "../resource.js";
import type { StackRule, StackViolation } from "../rule.js";

/** Stored names of the streams whose records can hold personal data. */
const personal: readonly string[] = logStreamRoles.map((role) => streams[role].storedName);

/**
 * A record that a function failed on flows on as it came. So what reaches a stream must have passed a function
 * and then a condition that only masked records meet, or be reduced to facts that are nobody's.
 */
export const personalDataMasked: StackRule = {
  name: "personal-data-masked",
  description: "Records that can hold personal data are masked before they are stored, or not stored.",
  cure: "Let the stream's pipeline mask, test `pii_masked`, and only then write; keep no original.",
  checkAll: (resources) => {
    const pipelines = resources.filter((resource) => isKind(resource, "Pipeline"));
    const masked = resources.filter(
      (resource) => isKind(resource, "Stream") && personal.includes(storedName(resource.props.name)),
    );
    return masked.flatMap((stream) => [...keptOriginals(stream), ...unmasked(stream, pipelines)]);
  },
};

const storedName = (name: Value): string => (typeof name === "string" ? rewriteStreamName(name) : "");

const keptOriginals = (resource: Resource): StackViolation[] =>
  ["storeOriginalData", "indexOriginalData"]
    .filter((setting) => resource.props[setting] === true)
    .map((setting) => ({ resource, message: `${setting} keeps a copy of what the pipeline masks` }));

function unmasked(stream: Resource, pipelines: readonly Resource[]): StackViolation[] {
  const name = storedName(stream.props.name);
  const own = pipelines.filter(({ props }) => {
    const { kind, stream: source } = object(props.source);
    return kind === "stream" && (source === unknown || storedName(source) === name);
  });
  if (own.length === 0) return [{ resource: stream, message: "no pipeline masks its records" }];
  return own.flatMap((pipeline) => [
    ...(pipeline.props.enabled === false
      ? [{ resource: pipeline, message: "the masking pipeline is switched off" }]
      : []),
    ...Object.entries(object(pipeline.props.outputs))
      .filter(([, output]) => !isSafe(object(output), object(pipeline.props.nodes)))
      .map(([output]) => ({
        resource: pipeline,
        message: `output ${output} gets records that no condition on ${piiMarker} has let through`,
      })),
  ]);
}

/** Whether every way to a node from the source passes a function and then a condition on the marker. */
function isSafe(node: Properties, nodes: Properties): boolean {
  return origins(node).every((name) => {
    if (name === "source") return false;
    const before = object(nodes[name]);
    if (isMaskedTest(before)) return origins(before).every((origin) => isFunction(nodes[origin]));
    // What was not masked may be stored only as what a last function makes of it.
    if (
      before.kind === "function" &&
      origins(before).every((origin) => isUnmaskedTest(object(nodes[origin])))
    )
      return true;
    return isSafe(before, nodes);
  });
}

const origins = ({ from }: Properties): string[] =>
  (typeof from === "string" ? [from] : list(from)).map(String);

const isFunction = (node: Value): boolean => at(node, "kind") === "function";

const testsMarker = (node: Properties, values: readonly Value[]): boolean => {
  const { column, operator, value } = object(node.when);
  return node.kind === "condition" && column === piiMarker && operator === "=" && values.includes(value);
};
const isMaskedTest = (node: Properties) => testsMarker(node, [true, "true"]);
const isUnmaskedTest = (node: Properties) => testsMarker(node, [false, "false"]);
