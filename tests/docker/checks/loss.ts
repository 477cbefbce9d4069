import type { Deployment } from "../deployment.js";
import { Writer } from "./records.js";

/** Records flow while something is ended the hard way: none that was answered 200 may be missing after it. */
export function lossChecks(deployment: () => Deployment): void {
  describe("no record that was answered 200 is lost", () => {
    async function whileWriting(stream: string, disturb: () => Promise<unknown>): Promise<void> {
      const writer = new Writer(deployment(), stream);
      writer.start();
      try {
        await writer.taken(200);
        await disturb();
        await deployment().healthy();
        await writer.taken(200);
      } finally {
        await writer.stop();
      }
      expect(await writer.missing()).toEqual([]);
    }

    it.each(["openobserve", "gateway"] as const)("by kill -9 of %s", async (role) => {
      const before = await deployment().pidOf(role);
      await whileWriting(`killed_${role}`, async () => {
        process.kill(before, "SIGKILL");
        while ([before, 0].includes(await deployment().pidOf(role)))
          await new Promise((resolve) => setTimeout(resolve, 100));
      });
    });

    it("by an end of the daemon and its new start", async () => {
      await whileWriting("daemon", () => deployment().daemon.restart());
    });

    it.each([
      ["starts the containers anew", false],
      ["takes them over as they run", true],
    ])("by kill -9 of the daemon, when its next start %s", async (_, liveRestore) => {
      // Whether running containers are taken over is for the daemon that finds them to know.
      const pids = () => Promise.all((["openobserve", "gateway"] as const).map((r) => deployment().pidOf(r)));
      const before = await pids();
      await whileWriting(liveRestore ? "daemon_killed_live" : "daemon_killed", () =>
        deployment().daemon.restart({ signal: "SIGKILL", liveRestore }),
      );
      const after = await pids();
      if (liveRestore) expect(after).toEqual(before);
      else for (const pid of before) expect(after).not.toContain(pid);
    });

    it("by making the server's container anew with another version's image", async () => {
      await whileWriting("versions", async () => {
        await deployment().replaceServer("0.60");
        await deployment().replaceServer("0.90");
      });
    });
  });
}
