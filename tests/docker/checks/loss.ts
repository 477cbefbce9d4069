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

    it("by making the server's container anew with another version's image", async () => {
      await whileWriting("versions", async () => {
        await deployment().replaceServer("0.60");
        await deployment().replaceServer("0.90");
      });
    });
  });
}
