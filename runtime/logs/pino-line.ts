import { z } from "zod";
import { type ApplicationLogInput } from "./logs.js";

const line = z.looseObject({
  level: z.union([z.number(), z.string()]),
  time: z.union([z.number(), z.string()]).optional(),
  msg: z.string().optional(),
  name: z.string().optional(),
  context: z.string().optional(),
  err: z.looseObject({ message: z.string(), stack: z.string().optional() }).optional(),
});

/** What pino adds to every line, and the record says in its own fields. */
const known = new Set(["level", "time", "msg", "name", "context", "err", "pid", "hostname", "v"]);

/** Reads a line of pino's; undefined if it is none. Facts beyond pino's own become attributes, nested ones as JSON. */
export function parsePinoLine(text: string): ApplicationLogInput | undefined {
  const parsed = line.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { level, msg, name, context, err } = parsed.data;
  const logger = context ?? name;
  const attributes = attributesOf(parsed.data);
  return {
    level: levelOf(level),
    ...(msg === undefined ? {} : { message: msg }),
    ...(logger === undefined ? {} : { logger }),
    ...(err === undefined ? {} : { error: err.stack ?? err.message }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

/** Pino's numbers: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
function levelOf(level: number | string): ApplicationLogInput["level"] {
  const names: Record<string, number> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };
  const number = typeof level === "number" ? level : (names[level.toLowerCase()] ?? 30);
  if (number >= 50) return "ERROR";
  if (number >= 40) return "WARN";
  return number >= 30 ? "INFO" : "DEBUG";
}

function attributesOf(entry: Record<string, unknown>): Record<string, string | number | boolean> {
  const pairs = Object.entries(entry).flatMap(([name, value]) => {
    if (known.has(name) || value === undefined || value === null) return [];
    const scalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return [[name, scalar ? value : JSON.stringify(value)] as const];
  });
  return Object.fromEntries(pairs);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
