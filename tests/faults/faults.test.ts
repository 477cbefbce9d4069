import { faults, type Fault } from "./fault-proxy.js";
import { type CaseResult, describeCase, Sweep, verbs } from "./sweep.js";

/**
 * A sample of what `npm run faults` does in full: each fault at a few requests of the CQRS deploy, the same in
 * every run. The requests are taken from all over the deploy, and another set for each fault.
 */
jest.setTimeout(240_000);

const kinds = Object.keys(faults) as Fault[];
/** Those that a client cannot ride out alone get a second round, at a request that only create or update has. */
const severe: readonly Fault[] = ["cut", "500", "outage", "stall"];

describe("a deploy of the CQRS configuration that one request's fault disturbs", () => {
  const results: CaseResult[] = [];
  let sweep: Sweep;

  beforeAll(async () => {
    sweep = await Sweep.open("0.90");
  });

  afterAll(async () => {
    await sweep.close();
    const survived = results.filter(({ problems }) => problems.length === 0);
    const riddenOut = survived.filter((result) => result.riddenOut).length;
    process.stdout.write(
      `faults: ${survived.length} of ${results.length} survived, ${riddenOut} of them in the same run\n`,
    );
  });

  it.each(kinds)("converges by one more run after: %s", async (fault) => {
    const most = Math.max(...verbs.map((verb) => sweep.points(verb).length));
    // Destroying takes the fewest requests: the first round's request is one that every verb has.
    const shared = Math.min(...verbs.map((verb) => sweep.points(verb).length));
    const index = kinds.indexOf(fault);
    const share = index / kinds.length;
    const chosen = [Math.floor(shared * share)];
    if (severe.includes(fault)) chosen.push(Math.floor(shared + (most - shared) * share));
    for (const n of chosen) {
      const found = await sweep.round(fault, n);
      results.push(...found);
      expect(
        found.flatMap((result) => result.problems.map((problem) => `${describeCase(result)}: ${problem}`)),
      ).toEqual([]);
    }
  });
});
