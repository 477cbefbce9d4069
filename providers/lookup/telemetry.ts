import { rewriteStreamName } from "@o2cqrs/contract";
import type { Output } from "@pulumi/pulumi";
import type { Inputs, StreamType } from "../base/inputs.js";
import { existingFrom as functionFrom } from "../function/rules.js";
import type { FunctionInputs } from "../function/args.js";
import type { PipelineInputs } from "../pipeline/args.js";
import { existingFrom as pipelineFrom } from "../pipeline/rules.js";
import type { StreamInputs } from "../stream/args.js";
import { asArguments } from "../stream/rules.js";
import { ask, asOutput, type Described, described, found, onlyOne } from "./lookup.js";

export interface GetStreamArgs {
  /** Any spelling of the name; rewritten as the server does. */
  name: string;
  /** Default `logs`. */
  type?: StreamType;
}

/** A stream: its columns and settings. */
export type StreamResult = Omit<StreamInputs, "deletionTimeoutSeconds">;

/**
 * A stream that is there already.
 *
 * @example const { retentionDays } = await getStream({ name: "cqrs-commands" });
 * @throws LookupError when there is none of that name and type
 */
export function getStream({ name, type = "logs" }: GetStreamArgs): Promise<StreamResult> {
  const stored = rewriteStreamName(name);
  return ask(async ({ streams }) => {
    const stream = found(`stream ${stored} of type ${type}`, await streams.get(stored, type));
    return asArguments(stream, type);
  });
}

/** {@link getStream} for arguments that are outputs. */
export function getStreamOutput(args: Inputs<GetStreamArgs>): Output<StreamResult> {
  return asOutput(getStream, args);
}

export interface GetFunctionArgs {
  name: string;
}

/** A function: its name and program. */
export type FunctionResult = Described<FunctionInputs>;

/**
 * A VRL function that is there already.
 *
 * @throws LookupError when there is none of that name
 */
export function getFunction({ name }: GetFunctionArgs): Promise<FunctionResult> {
  return ask(async ({ functions }) =>
    described(functionFrom(found(`function ${name}`, await functions.get(name))).inputs),
  );
}

/** {@link getFunction} for arguments that are outputs. */
export function getFunctionOutput(args: Inputs<GetFunctionArgs>): Output<FunctionResult> {
  return asOutput(getFunction, args);
}

export interface GetPipelineByNameArgs {
  /** Any spelling of the name; the server keeps it trimmed and in lower case. */
  name: string;
}

/** A pipeline: its id and the graph, with the names that its nodes have on the server. */
export type PipelineResult = Described<PipelineInputs> & { readonly pipelineId: string };

/**
 * A pipeline that is there already.
 *
 * @throws LookupError when there is none of that name, or several
 */
export function getPipelineByName({ name }: GetPipelineByNameArgs): Promise<PipelineResult> {
  const stored = name.trim().toLowerCase();
  return ask(async ({ pipelines }) => {
    const named = (await pipelines.list()).filter((each) => each.name === stored);
    const pipeline = onlyOne(`pipeline ${JSON.stringify(stored)}`, named, (each) => each.pipeline_id);
    const { inputs } = pipelineFrom(pipeline, { nodes: {}, outputs: {} });
    return { ...described(inputs), pipelineId: pipeline.pipeline_id };
  });
}

/** {@link getPipelineByName} for arguments that are outputs. */
export function getPipelineByNameOutput(args: Inputs<GetPipelineByNameArgs>): Output<PipelineResult> {
  return asOutput(getPipelineByName, args);
}
