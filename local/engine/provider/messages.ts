import { type Metadata, type ServiceError, type status } from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type Struct } from "google-protobuf/google/protobuf/struct_pb";

import { EngineError } from "../errors.js";
import { type PropertyMap } from "../values/property.js";
import { inheritSecrets } from "../values/secrecy.js";
import { fromStruct } from "../values/wire.js";
import { PartialFailure, type ProviderDiff } from "./calls.js";

/** What generated messages have in common. */
export interface Message {
  toObject(): object;
}

/** What a provider's code threw. */
export class ProviderError extends EngineError {
  override readonly name = "ProviderError";
  readonly code: status;
  readonly metadata: Metadata;

  constructor(error: ServiceError) {
    super(error.details);
    this.code = error.code;
    this.metadata = error.metadata;
  }
}

/** The properties of an answer, as secret as what was asked. */
export function answered(properties: Struct | undefined, asked: PropertyMap): PropertyMap {
  return inheritSecrets(fromStruct(properties), asked);
}

/** Reads the answer to a diff. */
export function readDiff(response: proto.DiffResponse): ProviderDiff {
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const changes = response.getChanges();
  return {
    changes: changes === DIFF_SOME ? true : changes === DIFF_NONE ? false : undefined,
    replaces: response.getReplacesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    diffs: response.getDiffsList(),
  };
}

/** The protocol hides this answer in the details of the error. */
export function partialFailure(error: ProviderError, inputs: PropertyMap): PartialFailure | undefined {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!(details instanceof Buffer)) return undefined;
  for (const any of Status.deserializeBinary(details).getDetailsList()) {
    if (!any.getTypeName().endsWith("ErrorResourceInitFailed")) continue;
    const failed = proto.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
    const reasons = failed.getReasonsList();
    return new PartialFailure(
      error.message,
      failed.getId(),
      answered(failed.getProperties(), inputs),
      reasons,
    );
  }
  return undefined;
}

/** A message with its structs as plain values, for whoever watches the calls. */
export function plain(message: Message): Record<string, unknown> {
  const object: Record<string, unknown> = { ...message.toObject() };
  for (const field of Object.keys(object)) {
    // Boundary: generated messages name their getters after the fields, which no type tells.
    const getter: unknown = (message as unknown as Record<string, unknown>)[
      `get${field.charAt(0).toUpperCase()}${field.slice(1)}`
    ];
    if (typeof getter !== "function") continue;
    const value: unknown = getter.call(message);
    if (typeof value === "object" && value !== null && "toJavaScript" in value)
      object[field] = (value as Struct).toJavaScript();
  }
  return object;
}
