import type { PipelineRecord } from "../store/records.js";

/** A program has to end in the event; where it does not say so the server adds it. */
export const endInEvent = (source: string): string => (source.endsWith(".") ? source : `${source} \n .`);

/** Counted from the parameter list; what the client sent is not looked at. */
export const countArguments = (parameters: string): number =>
  parameters.split(",").filter((each) => each.trim() !== "").length;

/** Marks a program that gets all rows of a search at once. */
const resultArray = /^#[ \s]*Result[ \s]*Array[ \s]*#/;

/** What `/functions/test` does when the request does not say the language. */
export function looksLikeVrl(source: string): boolean {
  return (
    source.includes("!") ||
    source.trim().startsWith(".") ||
    source.includes("parse_") ||
    resultArray.test(source)
  );
}

/** The pipelines that keep a function from being deleted. */
export const dependents = (
  name: string,
  pipelines: readonly PipelineRecord[],
): { readonly id: string; readonly name: string }[] =>
  pipelines
    .filter(({ nodes }) => nodes.some(({ data }) => data.node_type === "function" && data.name === name))
    .map(({ pipeline_id, name: pipeline }) => ({ id: pipeline_id, name: pipeline }));
