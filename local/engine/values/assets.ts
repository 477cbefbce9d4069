import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { EngineError, messageOf, UnsupportedError } from "../errors.js";
import { isPropertyMap, mapValue, type PropertyMap, type PropertyValue } from "./property.js";
import { archiveSignature, assetSignature, signatureKey } from "./signatures.js";

/**
 * Gives assets the hash of their content, which is what tells one content from another in state and diffs.
 * @param directory what relative paths are relative to
 * @throws EngineError when a file cannot be read; UnsupportedError for archives and remote assets
 */
export function withAssetHashes(properties: PropertyMap, directory: string): PropertyMap {
  // Only maps go in at the top, so only maps come out.
  return mapValue(properties, (value) => hashed(value, directory)) as PropertyMap;
}

function hashed(value: PropertyValue, directory: string): PropertyValue {
  if (!isPropertyMap(value)) return value;
  if (value[signatureKey] === archiveSignature)
    throw new UnsupportedError("the embedded engine handles no archives; use the real Pulumi CLI");
  if (value[signatureKey] !== assetSignature) return value;
  const { text, path } = value;
  if (typeof text === "string" && path === undefined) return asset({ text }, text);
  if (typeof path === "string") return asset({ path }, fileContent(resolve(directory, path)));
  throw new UnsupportedError("the embedded engine handles no remote assets; use the real Pulumi CLI");
}

function asset(source: PropertyMap, content: string | Buffer): PropertyMap {
  return {
    [signatureKey]: assetSignature,
    hash: createHash("sha256").update(content).digest("hex"),
    ...source,
  };
}

function fileContent(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new EngineError(`the file of an asset cannot be read: ${messageOf(error)}`);
  }
}
