import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";

import { z } from "zod";

import { LockedError } from "../errors.js";

const ownerSchema = z.object({ pid: z.number(), host: z.string(), since: z.string(), operation: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/**
 * Keeps other runs off a stack. The lock is a file that names its owner; one whose process is gone (killed,
 * crashed) is taken over, so that nobody has to clear locks by hand.
 */
export class Lock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws LockedError when another run holds the stack */
  static async acquire(path: string, operation: string): Promise<Lock> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const owner: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), operation };
    // Written beside and linked into place, so that nobody ever reads a lock without its owner.
    const own = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await writeFile(own, JSON.stringify(owner), { mode: 0o600 });
    try {
      for (;;) {
        if (await linked(own, path)) return new Lock(path);
        const holder = await readOwner(path);
        if (holder && isAlive(holder)) throw locked(path, holder);
        await removeDead(path, operation);
      }
    } finally {
      await rm(own, { force: true });
    }
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A process on another machine cannot be asked, and counts as alive. */
function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Removes a dead run's lock. Only one process at a time may, and it looks again before: else a slow one would
 * remove the lock that a quicker one has just taken in the dead one's place.
 */
async function removeDead(path: string, operation: string): Promise<void> {
  let guard: Lock;
  try {
    guard = await Lock.acquire(`${path}.takeover`, operation);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    await setImmediate();
    return;
  }
  const holder = await readOwner(path);
  if (!holder || !isAlive(holder)) await rm(path, { force: true });
  await guard.release();
}

function locked(path: string, owner: Owner): LockedError {
  return new LockedError(
    `the stack is locked: ${owner.operation} has been running since ${owner.since} ` +
      `(process ${owner.pid} on ${owner.host}). Wait for it to end; ` +
      `if that process no longer exists, delete ${path}`,
  );
}
