import { parseArgs } from "node:util";
import { z } from "zod";
import { faultNames } from "../orders/faults.js";

const options = z.object({
  /** 0: until stopped. */
  seconds: z.coerce.number().nonnegative(),
  rate: z.coerce.number().positive().max(10_000),
  faults: z.array(z.enum(faultNames)),
});

export type LoadOptions = z.infer<typeof options>;

export const usage = `Usage: main.js [--seconds N] [--rate N] [--faults a,b]
  --seconds  how long to run, 0 until stopped (SIGTERM, SIGINT); default 5
  --rate     customers a second, each doing several operations; default 50
  --faults   any of ${faultNames.join(", ")}
Where telemetry goes is configured by the environment (OPENOBSERVE_URL, …).`;

/** @throws ZodError or TypeError for arguments that make no sense */
export function loadOptions(args: readonly string[]): LoadOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "5" },
      rate: { type: "string", default: "50" },
      faults: { type: "string", default: "" },
    },
  });
  const faults = values.faults.split(",").filter((name) => name !== "");
  return options.parse({ ...values, faults });
}
