import type protobuf from "protobufjs";
import { otlpMessages } from "./definitions.js";

export type Signal = "logs" | "metrics" | "traces";

const messageNames: Readonly<Record<Signal, string>> = { logs: "Logs", metrics: "Metrics", traces: "Traces" };

const messageType = (signal: Signal, kind: "Request" | "Response"): protobuf.Type =>
  otlpMessages.lookupType(`${messageNames[signal]}${kind}`);

const requests = {
  logs: messageType("logs", "Request"),
  metrics: messageType("metrics", "Request"),
  traces: messageType("traces", "Request"),
};

/** Thrown for bytes that are not the message, in the words of the server's decoder. */
export class InvalidProtobuf extends Error {
  constructor(reason: string) {
    super(`failed to decode Protobuf message: ${reason}`);
    this.name = "InvalidProtobuf";
  }
}

/**
 * A request in the shape of OTLP/JSON: 64-bit integers as text, ids in hex; what is not on the wire is absent.
 * @throws InvalidProtobuf
 */
export function decodeRequest(signal: Signal, body: Buffer): unknown {
  const type = requests[signal];
  try {
    const message = type.decode(body);
    return hexIds(type.toObject(message, { longs: String, enums: Number }));
  } catch (error) {
    throw new InvalidProtobuf(reasonOf(error, body));
  }
}

function reasonOf(error: unknown, body: Buffer): string {
  const text = error instanceof Error ? error.message : String(error);
  const wireType = /invalid wire type (\d+)/.exec(text)?.[1];
  if (wireType !== undefined) return `invalid wire type value: ${wireType}`;
  // A number that goes on beyond the end, as opposed to a field that does.
  return ((body.at(-1) ?? 0) & 0x80) !== 0 ? "invalid varint" : "buffer underflow";
}

const idFields = new Set(["traceId", "spanId", "parentSpanId"]);

/** Bytes of ids become hex in place. */
function hexIds(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (const item of value) hexIds(item);
  } else if (typeof value === "object" && value !== null && !Buffer.isBuffer(value)) {
    const members = value as Record<string, unknown>;
    for (const [name, member] of Object.entries(members)) {
      if (idFields.has(name) && member instanceof Uint8Array)
        members[name] = Buffer.from(member).toString("hex");
      else if (typeof member === "object") hexIds(member);
    }
  }
  return value;
}

const responses = {
  logs: messageType("logs", "Response"),
  metrics: messageType("metrics", "Response"),
  traces: messageType("traces", "Response"),
};

/** @param partialSuccess undefined when all was accepted, which is an empty message */
export function encodeResponse(signal: Signal, partialSuccess?: Readonly<Record<string, unknown>>): Buffer {
  const type = responses[signal];
  return Buffer.from(type.encode(type.fromObject(partialSuccess ? { partialSuccess } : {})).finish());
}
