import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import type { VersionBehaviour } from "../versions.js";
import { empty, ReplyError, text } from "./reply.js";

const unzip = promisify(gunzip);

/**
 * The whole body, unpacked.
 * @throws ReplyError 413 over the limit, 415 for an encoding other than gzip, 400 for broken gzip
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  version: VersionBehaviour,
): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  // Remote write says "snappy" of a body whose handler unpacks it.
  if (encoding !== undefined && !["gzip", "identity", "snappy"].includes(encoding))
    throw new ReplyError(empty(415));
  const packed = await collect(request, limit);
  if (encoding !== "gzip") return packed;
  try {
    return await unzip(packed, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new ReplyError(text(400, `Failed to buffer the request body: ${version.badGzip}`));
  }
}

async function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (): ReplyError =>
  new ReplyError(text(413, "Failed to buffer the request body: length limit exceeded"));
