import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const repository = join(__dirname, "..", "..", "..");

/** A process that does nothing but the given work; what it printed. */
async function alone(work: string): Promise<string> {
  const built = join(repository, "runtime", "dist", "retry", "retry.js");
  const program = `const { withRetries } = require(${JSON.stringify(built)}); ${work}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", program]);
  return stdout;
}

const failsOnce = `async (attempt) => { if (attempt === 1) throw new Error("not yet"); return "done"; }`;
const plan = "retries: 1, baseMs: 0, maxMs: 0, atLeastMs: () => 20";

describe("waiting for the next try", () => {
  beforeAll(() => {
    spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  });

  test("keeps the process alive, for somebody awaits the outcome", async () => {
    expect(await alone(`withRetries(${failsOnce}, { ${plan} }).then(console.log)`)).toBe("done\n");
  });

  test("does not when it is background work, which must not hold up the application's end", async () => {
    expect(await alone(`withRetries(${failsOnce}, { ${plan}, background: true }).then(console.log)`)).toBe(
      "",
    );
  });
});
