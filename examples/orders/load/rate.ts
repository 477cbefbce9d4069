import { readFileSync } from "node:fs";
import { type LoadOptions, rate as rateSchema } from "./options.js";

/** Milliseconds for which a rate that was read counts. */
const freshMs = 200;

/**
 * Customers a second: what the file says now, so that whoever shifts traffic between versions writes it there. A file
 * that is missing or half-written leaves the rate as it was.
 */
export function rateOf({ rate, rateFile }: Pick<LoadOptions, "rate" | "rateFile">): () => number {
  if (rateFile === undefined) return () => rate;
  let current = rate;
  let readAt = -Infinity;
  return () => {
    if (Date.now() - readAt < freshMs) return current;
    readAt = Date.now();
    current = readRate(rateFile) ?? current;
    return current;
  };
}

function readRate(file: string): number | undefined {
  try {
    const text = readFileSync(file, "utf8").trim();
    return text === "" ? undefined : rateSchema.parse(text);
  } catch {
    return undefined;
  }
}
