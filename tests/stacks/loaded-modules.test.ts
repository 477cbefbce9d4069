import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..", "..");

/** What the program loads before it knows its target, as it is built. */
const program = ["config/index.js", "platform/preflight.js", "program.js"];

const source = `
  import { createRequire } from "node:module";
  import { build } from "./scripts/build.mjs";
  await build();
  const require = createRequire(process.cwd() + "/stacks/dist/");
  for (const path of ${JSON.stringify(program)}) require("./" + path);
  console.log(Object.keys(require.cache).join("\\n"));
`;

// It builds what is stale, and a machine may do much besides.
jest.setTimeout(240_000);

describe("the Pulumi program", () => {
  let modules: string[];
  beforeAll(async () => {
    const args = ["--input-type=module", "--eval", source];
    modules = (await promisify(execFile)(process.execPath, args, { cwd: root })).stdout.trim().split("\n");
  });

  it("loads of Pulumi's SDK what registers resources", () => {
    const sdk = (path: string) => require.resolve(`@pulumi/pulumi/${path}`);
    expect(modules).toEqual(expect.arrayContaining([sdk("resource"), sdk("output"), sdk("runtime/rpc")]));
  });

  it.each([
    ["the SDK as a whole", /@pulumi\/pulumi\/index\.js$/],
    ["the automation API", /@pulumi\/pulumi\/automation\//],
    ["TypeScript", /\/typescript\//],
    ["npm's own code", /@npmcli\//],
    ["an HTTP client before there is something to ask", /\/undici\//],
    ["the SDKs of platforms that are not its target", /@pulumi\/(docker|kubernetes)\//],
  ])("does not load %s, which would take longer than all the rest", (_what, path) => {
    expect(modules.filter((module) => path.test(module))).toEqual([]);
  });
});
