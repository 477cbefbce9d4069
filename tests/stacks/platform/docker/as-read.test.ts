import { cpusAsRead, durationAsRead } from "../../../../stacks/platform/docker/as-read.js";
import { defineDocker } from "../../../../stacks/platform/docker/define.js";

describe("a value that the provider reads back from the daemon", () => {
  it.each([
    [4, "4s"],
    [60, "1m0s"],
    [90, "1m30s"],
    [3600, "1h0m0s"],
    [3725, "1h2m5s"],
  ])("is, for %d seconds, %s as Go prints it", (seconds, text) => {
    expect(durationAsRead(seconds)).toBe(text);
  });

  it("is, for processors, a number with one decimal, so that finer shares are refused", () => {
    expect([cpusAsRead(2), cpusAsRead(0.5)]).toEqual(["2.0", "0.5"]);
    expect(() => defineDocker({ cpus: { gateway: 0.25 } })).toThrow("multiple of 0.1");
    expect(defineDocker({ cpus: { gateway: 0.3 } }).containers.at(-1)?.cpus).toBe(0.3);
  });
});
