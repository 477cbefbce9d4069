import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { OperatorError } from "../cli/errors.js";
import { writePrivateFile } from "../storage/private-file.js";

const recordSchema = z.strictObject({
  /** The application's service account. */
  account: z.string(),
  /** The account that stands in meanwhile. */
  bridge: z.string(),
  /** Text that the stack is deployed with, so that one rotation is one however often it is tried. */
  rotation: z.string(),
  /** SHA-256 of the token that is replaced. */
  oldToken: z.string(),
  phase: z.enum(["bridge", "rotate", "close"]),
  /** Whether it waits for someone to give the application its environment. */
  waiting: z.boolean(),
  /** Kept only until it is handed over. */
  bridgeToken: z.string().optional(),
});

/** How far a rotation is. */
export type RotationRecord = z.output<typeof recordSchema>;

/** Notes of a rotation under way, readable by their owner only; there are none when none is. */
export class RotationJournal {
  readonly #path: string;

  constructor(projectRoot: string, stack: string) {
    this.#path = join(rotationFolder(projectRoot), `${stack}.json`);
  }

  async read(): Promise<RotationRecord | undefined> {
    const text = await readFile(this.#path, "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const parsed = recordSchema.safeParse(parsedJson(text));
    if (parsed.success) return parsed.data;
    throw new OperatorError(`The notes of a rotation, ${this.#path}, are damaged`, {
      cure: "Delete the file to begin anew; the account that ends in -bridge can be deleted when nothing uses it.",
    });
  }

  async write(record: RotationRecord): Promise<RotationRecord> {
    await writePrivateFile(this.#path, `${JSON.stringify(record, null, 2)}\n`);
    return record;
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** Where rotations keep their notes and the environments that they hand over. */
export const rotationFolder = (projectRoot: string) => join(projectRoot, ".o2cqrs", "rotations");

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
