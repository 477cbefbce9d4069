import type { IncomingHttpHeaders } from "node:http";

import { decode, DecodeError, type Decoder } from "../serde/decoder.js";
import { type JsonNode, JsonSyntaxError, parseJson } from "../serde/json.js";
import { ReplyError, text } from "./reply.js";

/**
 * The body as the value that a handler expects.
 * @throws ReplyError 415 (content type), 400 (not JSON), 422 (wrong form)
 */
export function decodeBody<T>(headers: IncomingHttpHeaders, body: Buffer, decoder: Decoder<T>): T {
  if (!isJson(headers["content-type"]))
    throw new ReplyError(text(415, "Expected request with `Content-Type: application/json`"));
  const source = body.toString("utf8");
  try {
    return decode(decoder, parse(source));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const reason = error.describe(source);
    throw new ReplyError(text(422, `Failed to deserialize the JSON body into the target type: ${reason}`));
  }
}

function parse(source: string): JsonNode {
  try {
    return parseJson(source);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ReplyError(text(400, `Failed to parse the request body as JSON: ${error.message}`));
  }
}

const isJson = (contentType = ""): boolean =>
  /^application\/([\w.-]+\+)?json$/.test(contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "");
