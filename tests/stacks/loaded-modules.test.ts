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
  const loaded = Object.keys(require.cache);
  const nobody = { kind: "basic", user: "nobody@example.com", password: "nothing" };
  const { preflight } = require("./platform/preflight.js");
  const refused = await preflight({ url: "http://127.0.0.1:9", organization: "default", credential: nobody })
    .then(() => "nothing", (error) => error.message);
  console.log(JSON.stringify({ loaded, refused, afterwards: Object.keys(require.cache) }));
`;

interface Found {
  readonly loaded: string[];
  readonly refused: string;
  readonly afterwards: string[];
}

// It builds what is stale, and a machine may do much besides.
jest.setTimeout(240_000);

describe("the Pulumi program", () => {
  let found: Found;
  beforeAll(async () => {
    const args = ["--input-type=module", "--eval", source];
    found = JSON.parse((await promisify(execFile)(process.execPath, args, { cwd: root })).stdout) as Found;
  });

  it("loads of Pulumi's SDK what registers resources", () => {
    const sdk = (path: string) => require.resolve(`@pulumi/pulumi/${path}`);
    expect(found.loaded).toEqual(
      expect.arrayContaining([sdk("resource"), sdk("output"), sdk("runtime/rpc")]),
    );
  });

  it.each([
    ["the SDK as a whole", /@pulumi\/pulumi\/index\.js$/],
    ["the automation API", /@pulumi\/pulumi\/automation\//],
    ["TypeScript", /\/typescript\//],
    ["npm's own code", /@npmcli\//],
    ["an HTTP client before there is something to ask", /\/undici\//],
    ["the SDKs of platforms that are not its target", /@pulumi\/(docker|kubernetes)\//],
  ])("does not load %s, which would take longer than all the rest", (_what, path) => {
    expect(found.loaded.filter((module) => path.test(module))).toEqual([]);
  });

  it("loads of its HTTP client what a question needs, once it has one", () => {
    expect(found.refused).toMatch(/OpenObserve at http:\/\/127\.0\.0\.1:9 cannot be used/);
    const client = found.afterwards.filter((module) => module.includes("/undici/"));
    expect(client).toContain(require.resolve("undici/lib/dispatcher/agent.js"));
    expect(client).not.toContain(require.resolve("undici"));
    expect(client.filter((module) => module.includes("/undici/lib/web/"))).toEqual([]);
  });
});
