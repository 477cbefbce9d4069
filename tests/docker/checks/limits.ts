import type { Authorization, Deployment } from "../deployment.js";
import { healthy } from "../apply.js";
import { Writer } from "./records.js";

export function limitChecks(deployment: () => Deployment): void {
  describe("limits", () => {
    it.each(["openobserve", "gateway"] as const)("of memory and processes hold in %s", async (role) => {
      const { definition } = deployment().container(role);
      const files = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes";
      const read = `for f in ${files}; do [ -r $f ] && read x < $f && echo $x; done`;
      const limit = await deployment().run(role, ["/bin/sh", "-c", read]);
      expect(limit.trim()).toBe(String(definition.memoryMegabytes * 1024 * 1024));
      const processes = await deployment().run(role, ["/bin/sh", "-c", "ulimit -p 2>/dev/null || ulimit -u"]);
      expect(processes.trim()).toBe(String(definition.maxProcesses));
    });

    it("stop a flood of processes in the gateway, and leave it serving", async () => {
      const fork = "i=0; while [ $i -lt 200 ]; do sleep 2 & i=$((i+1)); done";
      const text = await deployment().run("gateway", ["/bin/sh", "-c", fork]);
      expect(text).toMatch(/fork/i);
      expect((await deployment().call("/healthz")).status).toBe(200);
    });

    it("of rate, once set, answer 429 as JSON to one credential that sends too fast, and spare the others", async () => {
      await deployment().limitRate(1, 5);
      const call = (as: Authorization) =>
        deployment().call("/api/default/x/_json", { method: "POST", as, body: "[]" });
      const answers = await Promise.all(Array.from({ length: 40 }, () => call("token")));
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThan(0);
      expect([refused[0]!.type, refused[0]!.json()]).toEqual([
        "application/json",
        expect.objectContaining({ code: 429 }),
      ]);
      expect((await call("root")).status).toBe(200);
      await deployment().limitRate(200, 400);
    });

    it("end a server that takes more memory than it may; it comes back alone, with its records", async () => {
      const writer = new Writer(deployment(), "memory");
      expect(await writer.write(100)).toBe(true);
      const before = await deployment().container("openobserve").handle.inspect();
      const gateway = await deployment().pidOf("gateway");

      // The kernel ends the process of the container that it is told to prefer: the server itself.
      const hog = `
        require("node:fs").writeFileSync("/proc/1/oom_score_adj", "1000");
        const kept = []; for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));`;
      await deployment().run("openobserve", ["/usr/bin/node", "-e", hog]);

      const restarts = async () =>
        (await deployment().container("openobserve").handle.inspect()).RestartCount;
      while ((await restarts()) === before.RestartCount)
        await new Promise((resolve) => setTimeout(resolve, 200));
      await healthy(deployment().docker, before.Name.slice(1));
      expect(await restarts()).toBe(before.RestartCount + 1);
      expect(await deployment().pidOf("gateway")).toBe(gateway);
      expect(await writer.missing()).toEqual([]);
    });
  });
}
