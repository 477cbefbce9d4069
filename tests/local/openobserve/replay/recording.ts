import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { z } from "zod";

import { type JsonNode, parseJson } from "../../../../local/openobserve/serde/json.js";
import type { ServerVersion } from "../../../../local/openobserve/versions.js";

/** One request to a real server, and what it answered. */
export interface Exchange {
  /** Unique: the name in the recording, with `#2`, `#3`, … from its second appearance on. */
  readonly key: string;
  /** As recorded, for example "al.create_sql". */
  readonly name: string;
  /** First part of the name. */
  readonly area: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Byte for byte as it was sent, because error texts count its columns. */
  readonly requestBody: Buffer | undefined;
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
}

const headers = z.record(z.string(), z.string());

const line = z.object({
  name: z.string(),
  method: z.string(),
  path: z.string(),
  query: z.string().nullish(),
  requestHeaders: headers.nullish(),
  requestBody: z.unknown(),
  status: z.number(),
  responseHeaders: headers.optional(),
  responseBody: z.unknown(),
});

const packed = z.object({ base64: z.string() }).strict();

const files: Readonly<Record<ServerVersion, string>> = {
  "0.60": "recordings-v0.60.5.jsonl",
  "0.90": "recordings-v0.90.3.jsonl",
};

/** The folder of the recordings; undefined when it is not there. */
export function recordingsFolder(): string | undefined {
  const shared = process.env.O2CQRS_SHARED ?? resolve(__dirname, "../../../../../shared");
  const folder = join(shared, "openobserve");
  return existsSync(folder) ? folder : undefined;
}

export function readRecording(folder: string, version: ServerVersion): Exchange[] {
  const seen = new Map<string, number>();
  return readFileSync(join(folder, files[version]), "utf8")
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => {
      const parsed = line.parse(JSON.parse(text));
      const count = (seen.get(parsed.name) ?? 0) + 1;
      seen.set(parsed.name, count);
      return {
        key: count === 1 ? parsed.name : `${parsed.name}#${count}`,
        name: parsed.name,
        area: parsed.name.split(".", 1)[0] ?? "",
        method: parsed.method,
        path: parsed.path,
        query: parsed.query ?? "",
        requestHeaders: parsed.requestHeaders ?? {},
        requestBody: bodyBytes(parsed.requestBody, text),
        status: parsed.status,
        responseHeaders: parsed.responseHeaders ?? {},
        responseBody: parsed.responseBody,
      };
    });
}

/** A JSON body stands in the recording with the very characters that were sent. */
function bodyBytes(body: unknown, text: string): Buffer | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string") return Buffer.from(body);
  const binary = packed.safeParse(body);
  if (binary.success) return Buffer.from(binary.data.base64, "base64");
  const root = parseJson(text);
  const node =
    root.kind === "object" ? new Map<string, JsonNode>(root.entries).get("requestBody") : undefined;
  if (!node) throw new Error("a recorded exchange has no request body");
  return Buffer.from(text.slice(node.start, node.end));
}
