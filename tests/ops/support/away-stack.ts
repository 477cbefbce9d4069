import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { runCommandLine } from "../../../ops/cli/program.js";
import { ReleaseStore } from "../../../ops/gate/store.js";
import { nowhere, outputsOf, password, user } from "./deployed-before.js";
import { recordSession } from "./session.js";

const configOf = (url: string) => ({
  "o2cqrs:url": { value: url },
  "o2cqrs:user": { value: user },
  "o2cqrs:password": { value: password, secret: true },
});

/** Stands for the Pulumi CLI of a project whose stack was deployed before. */
const pulumiOf = (url: string) => `#!${process.execPath}
const [verb] = process.argv.slice(2);
const answers = ${JSON.stringify({ version: "v3.259.0", stack: JSON.stringify(outputsOf(url)), config: JSON.stringify(configOf(url)) })};
console.log(answers[verb]);
`;

/** A stack that was deployed, and whose OpenObserve is away now, or is only what answers at the address. */
export async function awayStack(stack: string, url = nowhere) {
  const folder = await mkdtemp(join(tmpdir(), "o2cqrs-away-"));
  const bin = join(folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "pulumi"), pulumiOf(url));
  await chmod(join(bin, "pulumi"), 0o755);
  await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  const shares = join(folder, "shares");
  await writeFile(shares, "");
  const session = () => recordSession(folder, { PATH: [bin, dirname(process.execPath)].join(delimiter) });
  return {
    store: new ReleaseStore(folder, stack),
    /** Options of a traffic driver that writes down what share it is told to give. */
    traffic: [
      "--traffic",
      "command",
      "--hook",
      JSON.stringify([
        process.execPath,
        "-e",
        `fs.appendFileSync(${JSON.stringify(shares)}, "{percent}\\n")`,
      ]),
    ],
    /** The shares that the canary was given so far. */
    shares: async () =>
      (await readFile(shares, "utf8"))
        .split("\n")
        .filter((line) => line !== "")
        .map(Number),
    session,
    async run(verb: string, ...args: readonly string[]) {
      const own = session();
      const code = await runCommandLine([verb, "--stack", stack, ...args], own);
      return { code, said: own.stderr(), stdout: own.stdout() };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
