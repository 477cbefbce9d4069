import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadOptions } from "../../examples/orders/load/options.js";
import { rateOf } from "../../examples/orders/load/rate.js";

describe("the load on the order service", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "o2cqrs-rate-"));
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  test("is what the command line says", () => {
    expect(rateOf(loadOptions(["--rate", "7"]))()).toBe(7);
    expect(() => loadOptions(["--rate", "-1"])).toThrow();
  });

  test("follows a file while it runs, so that traffic can be shifted; what is no rate changes nothing", () => {
    const file = join(folder, "canary.rate");
    const rate = rateOf(loadOptions(["--rate", "3", "--rate-file", file]));
    const after = (text: string) => {
      writeFileSync(file, text);
      jest.advanceTimersByTime(200);
      return rate();
    };
    expect(rate()).toBe(3);
    expect([after("0.5\n"), after("0"), after(""), after("many"), after("20")]).toEqual([0.5, 0, 0, 0, 20]);
  });
});
