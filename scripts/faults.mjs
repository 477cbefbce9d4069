// `npm run faults`: every fault at every request of the CQRS deploy, on the embedded server as each version.
// `-- --version 0.90` restricts it to one, `-- --fault cut --fault 500` to some faults.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage = `Usage: npm run faults -- [--version 0.60|0.90]… [--fault 429|500|503|cut|outage|stall|drop|delay]…

Takes the CQRS configuration through create, update and destroy with a fault at every single request in turn, and
once more without: there must be exactly one of each object then. Default: both versions, every fault; some 6,000
cases, half an hour on two cores.`;

function options() {
  try {
    return parseArgs({
      options: {
        version: { type: "string", multiple: true, default: ["0.60", "0.90"] },
        fault: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

const values = options();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const root = fileURLToPath(new URL("..", import.meta.url));
const totals = { cases: 0, passed: 0, riddenOut: 0, failed: 0, crashed: 0 };
const started = performance.now();
const minutes = () => ((performance.now() - started) / 60_000).toFixed(1);

/** The sweeps that run. */
const children = new Set();

/** Sweeps one version in a process of its own: each keeps a core busy. */
function sweep(version) {
  const child = spawn(
    process.execPath,
    [
      // Short-lived objects are most of what a run makes.
      "--max-semi-space-size=64",
      ...["-C", "@o2cqrs/source", "-r", "./scripts/typescript.cjs", "tests/faults/main.ts"],
      ...[version, ...values.fault],
    ],
    { cwd: root, stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  children.add(child);
  child.once("close", () => children.delete(child));
  let cases = 0;
  let done = 0;
  let told = 0;
  child.on("message", ({ cases: all, results, failures }) => {
    cases = all;
    for (const { riddenOut, problems } of results) {
      done += 1;
      if (problems.length > 0) totals.failed += 1;
      else {
        totals.passed += 1;
        if (riddenOut) totals.riddenOut += 1;
      }
    }
    for (const failure of failures) console.log(`FAILED v${version} ${failure}`);
    if (done - told < 100 && done < cases) return;
    told = done;
    console.log(`v${version}: ${done} of ${cases} cases, ${minutes()} min`);
  });
  return new Promise((resolve) =>
    child.once("close", (code) => {
      totals.cases += cases;
      if (code !== 0) totals.crashed += 1;
      resolve();
    }),
  );
}

// Each sweep ends after the case that is under way; a second Ctrl-C waits for nothing.
let interrupted = false;
process.once("SIGINT", () => {
  interrupted = true;
  for (const child of children) child.kill();
});

await Promise.all(values.version.map(sweep));
const failed = totals.failed + totals.crashed;
console.log(
  `${totals.passed} of ${totals.cases} faults survived in ${minutes()} min: ${totals.riddenOut} in the same run, ` +
    `${totals.passed - totals.riddenOut} by one more`,
);
console.log(`${totals.passed} passed, ${failed} failed`);
if (interrupted) console.log("It was interrupted: the other cases were not tried.");
process.exit(interrupted ? 130 : failed > 0 ? 1 : 0);
