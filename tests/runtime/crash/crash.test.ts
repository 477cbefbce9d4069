import { spawnSync } from "node:child_process";
import { join } from "node:path";

const repository = join(__dirname, "..", "..", "..");

// `node tests/runtime/crash/run.mjs --rounds 100` is the long version.
test("after kill -9 of application and server under load, nothing acknowledged is lost, and little comes twice", () => {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  const { stdout } = spawnSync(process.execPath, [join(__dirname, "run.mjs"), "--rounds", "4"], {
    encoding: "utf8",
  });
  const result = JSON.parse(stdout.trim().split("\n").at(-1)!);
  expect(result).toMatchObject({ rounds: 4, serverKills: 1, lost: 0, undeliveredBytes: 0 });
  expect(result.acknowledged).toBeGreaterThan(100);
  expect(result.duplicates).toBeLessThanOrEqual(result.duplicatesAllowed);
}, 60_000);
