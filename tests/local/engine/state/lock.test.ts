import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

import { Lock } from "../../../../local/engine/state/lock.js";
import { TestProject } from "../support/project.js";

describe("the lock of a stack", () => {
  const project = new TestProject();
  const path = join(project.dir, "state", "stack.json.lock");
  afterAll(() => project.remove());

  test("a second run is refused, told who holds it, and may start after the first", async () => {
    const first = await Lock.acquire(path, "update");
    await expect(Lock.acquire(path, "destroy")).rejects.toThrow(
      new RegExp(
        `locked: update has been running since .*process ${process.pid} on ${hostname()}.*delete ${path}`,
        "s",
      ),
    );
    await first.release();
    const second = await Lock.acquire(path, "destroy");
    await second.release();
    expect(existsSync(path)).toBe(false);
  });

  test("the lock of a process that is gone is taken over", async () => {
    const child = fork(join(project.dir, "nothing.js"), { silent: true });
    await once(child, "exit");
    writeFileSync(
      path,
      JSON.stringify({ pid: child.pid, host: hostname(), since: "then", operation: "update" }),
    );
    await (await Lock.acquire(path, "update")).release();
  });

  test("the lock of another machine is respected: nobody can ask whether its process lives", async () => {
    writeFileSync(
      path,
      JSON.stringify({ pid: 1, host: "elsewhere.invalid", since: "then", operation: "update" }),
    );
    await expect(Lock.acquire(path, "update")).rejects.toThrow(/elsewhere\.invalid/);
    writeFileSync(path, "");
    await (await Lock.acquire(path, "update")).release();
  });

  test("of many that start at once, one gets it", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, async () => Lock.acquire(path, "update")),
    );
    const held = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(held).toHaveLength(1);
    await held[0]?.release();
  });

  test("of many that find a dead run's lock at once, one gets it", async () => {
    for (let round = 0; round < 20; round++) {
      writeFileSync(
        path,
        JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), since: "then", operation: "update" }),
      );
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, async () => Lock.acquire(path, "update")),
      );
      const held = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(held).toHaveLength(1);
      await held[0]?.release();
    }
  });
});
