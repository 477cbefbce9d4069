import { parseArgs } from "node:util";
import { z } from "zod";
import { faultNames } from "../orders/faults.js";

/** Customers a second; 0 for none. */
export const rate = z.coerce.number().nonnegative().max(10_000);

const options = z.object({
  /** 0: until stopped. */
  seconds: z.coerce.number().nonnegative(),
  rate,
  rateFile: z.string().optional(),
  faults: z.array(z.enum(faultNames)),
});

export type LoadOptions = z.infer<typeof options>;

export const usage = `Usage: main.js [--seconds N] [--rate N] [--rate-file F] [--faults a,b]
  --seconds  how long to run, 0 until stopped (SIGTERM, SIGINT); default 5
  --rate     customers a second, each doing several operations; default 50
  --rate-file  file with the rate, read anew while it runs: a share of traffic that moves
  --faults   any of ${faultNames.join(", ")}
Where telemetry goes is configured by the environment (OPENOBSERVE_URL, …).`;

/** @throws ZodError or TypeError for arguments that make no sense */
export function loadOptions(args: readonly string[]): LoadOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "5" },
      rate: { type: "string", default: "50" },
      "rate-file": { type: "string" },
      faults: { type: "string", default: "" },
    },
  });
  const faults = values.faults.split(",").filter((name) => name !== "");
  return options.parse({ ...values, rateFile: values["rate-file"], faults });
}
