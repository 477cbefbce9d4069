/** The whole sweep on one version of the server: every fault at every request. Tells its parent how it goes. */
import { type ServerVersion } from "@o2cqrs/local-openobserve";
import { type CaseResult, describeCase, Sweep, verbs } from "./sweep.js";
import { type Fault, faults } from "./fault-proxy.js";

/** A message to the parent process. */
export interface Progress {
  readonly cases: number;
  readonly results: readonly Pick<CaseResult, "riddenOut" | "problems">[];
  readonly failures: readonly string[];
}

/** Ends after the case that is under way, so that no server and no folder is left: at Ctrl-C, or without a parent. */
let ended = false;
for (const end of ["SIGINT", "SIGTERM", "disconnect"]) process.on(end, () => (ended = true));

async function main([version, ...chosen]: string[]): Promise<void> {
  let sweep = await Sweep.open(version as ServerVersion);
  const kinds = (chosen.length > 0 ? chosen : Object.keys(faults)) as Fault[];
  const requests = verbs.map((verb) => sweep.points(verb).length);
  const cases = kinds.length * requests.reduce((sum, count) => sum + count, 0);
  console.log(
    `v${version}: ${sweep.resources} resources; requests: ` +
      verbs.map((verb, i) => `${verb} ${requests[i]}`).join(", ") +
      `; faults: ${kinds.join(", ")}; ${cases} cases`,
  );
  const rounds = Math.max(...requests);
  for (const fault of kinds)
    for (let n = 0; n < rounds && !ended; n++) {
      const results = await sweep.round(fault, n);
      const failures = results
        .filter(({ problems }) => problems.length > 0)
        .map((result) => [describeCase(result), ...result.problems].join("\n    "));
      if (process.connected) process.send?.({ cases, results, failures } satisfies Progress);
      if (failures.length === 0) continue;
      // What did not converge must not be blamed on the next case.
      await sweep.close();
      sweep = await Sweep.open(version as ServerVersion);
    }
  await sweep.close();
  if (process.connected) process.disconnect();
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
