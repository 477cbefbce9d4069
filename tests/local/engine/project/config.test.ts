import { openCrypter, type Crypter } from "../../../../local/engine/secrets/passphrase.js";
import { readStackFile, resolveConfig, type StackConfig } from "../../../../local/engine/project/config.js";
import { readProject } from "../../../../local/engine/project/project.js";
import { TestProject } from "../support/project.js";

// Both written by the real Pulumi engine with the passphrase `test`.
const salt = "v1:CNARDFBu6as=:v1:H/eOKqQflwUAzi3t:kbSRHFYFV2M0DZuh4mM+1klDg+FJpQ==";
const secure = "v1:FpRrF9A8zGoR6UgT:2g0Wm3AZ0Q7UZZf8XarUoaU+oyNmjQ==";

let crypter: Crypter;
let project: TestProject;
beforeAll(async () => {
  crypter = await openCrypter("test", salt);
});
beforeEach(() => {
  project = new TestProject({ "Pulumi.yaml": "name: shop\nruntime: nodejs\n" });
});
afterEach(() => project.remove());

async function configOf(overrides = {}): Promise<StackConfig> {
  const found = await readProject(project.dir);
  return resolveConfig(found, "dev", await readStackFile(found, "dev"), crypter, overrides);
}

describe("Pulumi.yaml", () => {
  test("names the program: package.json decides by default, a folder or a file if main says so", async () => {
    expect(await readProject(project.dir)).toMatchObject({ programDirectory: project.dir, entryPoint: "." });
    project.write("Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: src/app.ts\n");
    expect(await readProject(project.dir)).toMatchObject({
      programDirectory: `${project.dir}/src`,
      entryPoint: "app.ts",
    });
    project.write("src/app.ts", "");
    project.write("Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: src\n");
    expect(await readProject(project.dir)).toMatchObject({
      programDirectory: `${project.dir}/src`,
      entryPoint: ".",
    });
  });

  test("runtime options are read in both notations, with TypeScript on by default", async () => {
    expect((await readProject(project.dir)).runtime).toMatchObject({ typescript: true });
    project.write(
      "Pulumi.yaml",
      "name: shop\nruntime: { name: nodejs, options: { typescript: false, nodeargs: --max-old-space-size=512 } }\n",
    );
    expect((await readProject(project.dir)).runtime).toMatchObject({
      typescript: false,
      nodeargs: "--max-old-space-size=512",
    });
  });

  test.each([
    ["nothing at all", undefined, /there is no Pulumi\.yaml in/],
    ["no name", "runtime: nodejs", /Pulumi\.yaml is invalid: name/],
    ["broken YAML", "name: [", /Pulumi\.yaml is not YAML/],
    [
      "another runtime",
      "name: a\nruntime: python",
      /runs the nodejs runtime only, not python; use the Pulumi CLI/,
    ],
    ["a wrong config type", "name: a\nruntime: nodejs\nconfig: { k: { type: text } }", /config\.k\.type/],
  ])("with %s is refused", async (_what, text, message) => {
    const other = new TestProject(text === undefined ? {} : { "Pulumi.yaml": text });
    await expect(readProject(other.dir)).rejects.toThrow(message);
    other.remove();
  });
});

describe("the configuration of a stack", () => {
  test("is empty without a file", async () => {
    expect(await configOf()).toEqual({ values: {}, secretKeys: [] });
  });

  test("holds every value as text, structured ones as JSON, keys with their namespace", async () => {
    project.write("Pulumi.dev.yaml", "config:\n  shop:size: 5\n  flag: true\n  other:list: [1, { a: b }]\n");
    expect((await configOf()).values).toEqual({
      "shop:size": "5",
      "shop:flag": "true",
      "other:list": '[1,{"a":"b"}]',
    });
  });

  test("opens secure values, also deep inside, and marks their keys", async () => {
    project.write(
      "Pulumi.dev.yaml",
      `encryptionsalt: ${salt}\nconfig:\n  shop:token: { secure: "${secure}" }\n  shop:deep: { user: u, keys: [{ secure: "${secure}" }] }\n  shop:open: x\n`,
    );
    expect(await configOf()).toEqual({
      values: { "shop:token": "s3cr3t", "shop:deep": '{"user":"u","keys":["s3cr3t"]}', "shop:open": "x" },
      secretKeys: ["shop:deep", "shop:token"],
    });
  });

  test("cannot be opened without a passphrase if it holds a secure value, and says so", async () => {
    project.write("Pulumi.dev.yaml", `config:\n  shop:token: { secure: "${secure}" }\n`);
    const found = await readProject(project.dir);
    const file = await readStackFile(found, "dev");
    expect(() => resolveConfig(found, "dev", file, undefined)).toThrow(
      /Pulumi\.dev\.yaml holds secure values, but no passphrase was given/,
    );
  });

  test("takes defaults from Pulumi.yaml, then the stack's file, then the caller's overrides", async () => {
    project.write(
      "Pulumi.yaml",
      "name: shop\nruntime: nodejs\nconfig:\n  a: { type: string, default: one }\n  b: { type: integer, default: 2 }\n  c: { default: 3 }\n  pulumi:tags: { value: { x: y } }\n  d: plain\n",
    );
    project.write("Pulumi.dev.yaml", "config: { shop:b: 20, shop:c: 30 }\n");
    expect((await configOf({ c: "300", "shop:e": { value: "hush", secret: true } })).values).toEqual({
      ...{ "shop:a": "one", "shop:b": "20", "shop:c": "300", "shop:d": "plain", "shop:e": "hush" },
      "pulumi:tags": '{"x":"y"}',
    });
    expect((await configOf({ e: { value: "hush", secret: true } })).secretKeys).toEqual(["shop:e"]);
  });

  test("lacks nothing that Pulumi.yaml requires, or says which key and how to set it", async () => {
    project.write(
      "Pulumi.yaml",
      "name: shop\nruntime: nodejs\nconfig:\n  token: { type: string, secret: true }\n",
    );
    await expect(configOf()).rejects.toThrow(
      "stack 'dev' is missing configuration value 'shop:token': set it with pulumi config set --secret shop:token <value>",
    );
  });

  test.each([
    ["integer", "1.5", "2"],
    ["number", "many", "-1.5e3"],
    ["boolean", "yes", "false"],
    ["array", "{}", "[]"],
    ["object", "[]", "{}"],
  ])("a value declared %s may not be %s, but %s", async (type, wrong, right) => {
    project.write("Pulumi.yaml", `name: shop\nruntime: nodejs\nconfig:\n  k: { type: ${type} }\n`);
    await expect(configOf({ k: wrong })).rejects.toThrow(
      `configuration value 'shop:k' must be of type '${type}'`,
    );
    expect((await configOf({ k: right })).values).toEqual({ "shop:k": right });
  });

  test("what a wrong secret value is, is not told", async () => {
    project.write(
      "Pulumi.yaml",
      "name: shop\nruntime: nodejs\nconfig:\n  k: { type: integer, secret: true }\n",
    );
    await expect(configOf({ k: "hush" })).rejects.toThrow(/^(?!.*hush).*must be of type 'integer'/);
  });

  test.each([
    ["secretsprovider: awskms://key", /passphrase secrets only, not awskms/],
    ["environment: [prod]", /environments need Pulumi Cloud/],
    ["config: [1]", /Pulumi\.dev\.yaml is invalid: config/],
  ])("a stack file with %s is refused", async (text, message) => {
    project.write("Pulumi.dev.yaml", text);
    await expect(configOf()).rejects.toThrow(message);
  });
});
