import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@o2cqrs/local-engine";
import { parse, stringify } from "yaml";
import { issueCertificate, makeAuthority } from "../../ops/certificate/issue.js";
import { runCommandLine } from "../../ops/cli/program.js";
import { recordSession } from "./support/session.js";

jest.setTimeout(240_000);

const env = { PATH: "", PULUMI_CONFIG_PASSPHRASE: "test" };
const ingestToken = "ingest-token-of-the-gateway";
const accountToken = "token-of-the-service-account";

/** Stacks whose outputs are what a configured server's would be, or lack the credentials. */
const program = `const { getStack, secret } = require("@pulumi/pulumi");
const credentials = { OPENOBSERVE_USER: "orders@o2cqrs.internal", OPENOBSERVE_TOKEN: "${accountToken}" };
const env = { OPENOBSERVE_URL: "https://observe.example.com", ...(getStack() === "ops" && credentials) };
module.exports = { env: secret(env) };
`;

describe("o2cqrs compose", () => {
  let project: string;
  const folder = () => join(project, "compose");
  const file = (path: string) => readFileSync(join(folder(), path), "utf8");
  const mode = (path: string) => statSync(join(folder(), path)).mode & 0o777;

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), "o2cqrs-compose-"));
    symlinkSync(join(__dirname, "..", "..", "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: o2cqrs\nruntime: nodejs\nmain: program.js\n");
    writeFileSync(join(project, "program.js"), program);
    for (const stack of ["ops", "bare"]) {
      const { ok, errors } = await createEngine({ projectDir: project, stack, env }).up();
      expect({ ok, errors }).toEqual({ ok: true, errors: [] });
    }
    const now = new Date();
    const authority = await makeAuthority("authority", now);
    const { certificate, key } = await issueCertificate(authority, ["observe.example.com"], now);
    const { key: otherKey } = await issueCertificate(authority, ["observe.example.com"], now);
    const settings = {
      target: "docker",
      url: "https://observe.example.com:5443",
      user: "root@example.com",
      password: "Complexpass#123$HOME'x",
      ingestToken,
      tlsCertificate: certificate,
      tlsKey: key,
      alertsEnabled: "false",
    };
    const write = (stack: string, values: object) => {
      const config = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [`o2cqrs:${name}`, value]),
      );
      writeFileSync(join(project, `Pulumi.${stack}.yaml`), stringify({ config }));
    };
    write("dev", settings);
    write("elsewhere", { ...settings, url: "https://elsewhere.example.com:5443" });
    write("broken", { ...settings, tlsKey: otherKey });
    write("prod", { ...settings, target: "existing" });
  });
  afterAll(() => rmSync(project, { recursive: true }));

  async function run(...args: string[]) {
    const session = recordSession(project, env);
    const code = await runCommandLine(["compose", "-o", folder(), ...args], session);
    return { code, stdout: session.stdout(), stderr: session.stderr() };
  }

  it("writes a folder that its owner alone can enter, and shows no secret", async () => {
    const { code, stdout, stderr } = await run("-s", "dev");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/tokens\.json.*\.env hold secrets: never commit them/),
    });
    expect([mode("."), mode(".env"), mode("compose.yaml")]).toEqual([0o700, 0o600, 0o444]);
    expect(Object.keys((parse(file("compose.yaml")) as { services: object }).services)).toEqual([
      "openobserve",
      "gateway",
    ]);
    expect(JSON.parse(file("gateway/tokens.json"))).toEqual([ingestToken]);
    expect(file(".env")).toBe("O2CQRS_ROOT_PASSWORD='Complexpass#123$HOME\\'x'\n");
    for (const text of [stdout, stderr, file("compose.yaml")])
      expect(text).not.toMatch(/Complexpass|ingest-token|PRIVATE KEY/);
    expect(existsSync(join(folder(), "gateway-account", "account.json"))).toBe(false);
  });

  it("tells the gateway whose account it sends as, once a stack has configured the server", async () => {
    const { code, stdout } = await run("-s", "dev", "--configured-by", "ops", "--json");
    expect(code).toBe(0);
    const written = JSON.parse(stdout) as { secretFiles: string[] };
    expect(written.secretFiles).toContain("gateway-account/account.json");
    const account = { user: "orders@o2cqrs.internal", credential: accountToken };
    expect(JSON.parse(file("gateway-account/account.json"))).toEqual(account);
    expect(stdout).not.toContain(accountToken);

    // Written again without it, the account stays.
    await run("-s", "dev");
    expect(JSON.parse(file("gateway-account/account.json"))).toEqual(account);
  });

  it("writes nothing for a stack that has configured no server, or none of that name", async () => {
    const before = file("gateway-account/account.json");
    expect(await run("-s", "dev", "--configured-by", "bare")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/bare[^]*What to do: [^]*o2cqrs up --stack bare/),
    });
    expect((await run("-s", "dev", "--configured-by", "absent")).code).not.toBe(0);
    expect(file("gateway-account/account.json")).toBe(before);
  });

  it("warns of a certificate for another host, and refuses one with another's key in one clear error", async () => {
    const warned = await run("-s", "elsewhere");
    expect(warned).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("not for elsewhere.example.com"),
    });
    const { code, stderr } = await run("-s", "broken");
    expect(code).toBe(2);
    expect(stderr).toContain("o2cqrs:tlsKey is not the key to o2cqrs:tlsCertificate");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("is for stacks of target docker alone", async () => {
    expect(await run("-s", "prod")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--stack dev"),
    });
  });
});
