import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { runCommandLine } from "../../../ops/cli/program.js";
import { writeCertificate } from "../../../ops/certificate/certificate-folder.js";
import { serverDays } from "../../../ops/certificate/issue.js";
import { recordSession } from "../support/session.js";

jest.setTimeout(60_000);

const dayMs = 24 * 3600 * 1000;

describe("o2cqrs certificate", () => {
  let project: string;
  const inFolder = (file: string) => readFileSync(join(project, "tls", file), "utf8");
  const certificate = () => new X509Certificate(inFolder("tls.crt"));
  const authority = () => new X509Certificate(inFolder("ca.crt"));

  /** A project whose stack is reached at that address. */
  async function run(url: string, ...args: string[]) {
    writeFileSync(join(project, "Pulumi.dev.yaml"), `config:\n  o2cqrs:url: ${url}\n`);
    const session = recordSession(project, { PATH: "", PULUMI_CONFIG_PASSPHRASE: "test" });
    const code = await runCommandLine(
      ["certificate", "-s", "dev", "-o", join(project, "tls"), ...args],
      session,
    );
    return { code, stdout: session.stdout(), stderr: session.stderr() };
  }

  /** What a client says that trusts the authority alone, and asks for that name. */
  async function handshake(host: string): Promise<string> {
    const server = createServer({ cert: inFolder("tls.crt"), key: inFolder("tls.key") });
    server.on("tlsClientError", () => undefined).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: "127.0.0.1", port, servername: host, ca: inFolder("ca.crt") });
    try {
      await once(client, "secureConnect");
      return "trusted";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    } finally {
      client.destroy();
      server.close();
    }
  }

  let first: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), "o2cqrs-certificate-"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: o2cqrs\nruntime: nodejs\n");
    first = await run("https://observe.test:5443", "--host", "10.1.2.3", "*.inside.test");
  });
  afterAll(() => rmSync(project, { recursive: true }));

  it("makes a certificate for the stack's host, further ones and this machine, that clients trust by its authority", async () => {
    expect(first).toMatchObject({ code: 0, stderr: "" });
    for (const name of ["observe.test", "a.inside.test", "localhost"])
      expect([name, await handshake(name)]).toEqual([name, "trusted"]);
    expect(await handshake("elsewhere.test")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    for (const address of ["127.0.0.1", "::1", "10.1.2.3"])
      expect(certificate().checkIP(address)).toBe(address);
  });

  it("signs no other authority's certificate and lets no server's sign any", () => {
    expect([authority().ca, certificate().ca]).toEqual([true, false]);
    expect(certificate().verify(authority().publicKey)).toBe(true);
    expect(certificate().checkIssued(authority())).toBe(true);
    expect(certificate().checkPrivateKey(createPrivateKey(inFolder("tls.key")))).toBe(true);
    expect(certificate().keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  it("tells the commands that give it to the stack, and shows no key", () => {
    const folder = join(project, "tls");
    expect(first.stdout).toContain(
      `pulumi config set --secret o2cqrs:tlsCertificate -s dev < ${folder}/tls.crt\n` +
        `  pulumi config set --secret o2cqrs:tlsKey -s dev < ${folder}/tls.key\n` +
        `  pulumi config set o2cqrs:caCertificate -s dev < ${folder}/ca.crt`,
    );
    expect(first.stdout).not.toContain("PRIVATE KEY");
    for (const key of ["tls.key", "ca.key"])
      expect(first.stdout).not.toContain(inFolder(key).split("\n")[1]!);
  });

  it("writes keys that only their owner can read, and leaves nothing else behind", () => {
    expect(readdirSync(join(project, "tls")).sort()).toEqual(["ca.crt", "ca.key", "tls.crt", "tls.key"]);
    for (const file of ["ca.key", "tls.key"])
      expect(statSync(join(project, "tls", file)).mode & 0o777).toBe(0o600);
  });

  it("renews the certificate, and the authority that clients know stays", async () => {
    const [serial, known] = [certificate().serialNumber, inFolder("ca.crt")];
    const { stdout } = await run("https://localhost:5443", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      names: ["localhost", "127.0.0.1", "::1"],
      validUntil: new Date(certificate().validTo).toISOString(),
      authority: { made: false },
      commands: [expect.any(String), expect.any(String), expect.any(String)],
    });
    expect(inFolder("ca.crt")).toBe(known);
    expect(certificate().serialNumber).not.toBe(serial);
    expect(await handshake("localhost")).toBe("trusted");
  });

  it("makes another authority when the old one would end before the certificate does", async () => {
    const folder = join(project, "tls");
    const known = inFolder("ca.crt");
    const lastDay = Date.parse(authority().validTo) - serverDays * dayMs;
    const kept = await writeCertificate(folder, ["localhost"], new Date(lastDay));
    expect([kept.authority.made, inFolder("ca.crt")]).toEqual([false, known]);
    const renewed = await writeCertificate(folder, ["localhost"], new Date(lastDay + dayMs));
    expect(renewed.authority.made).toBe(true);
    expect(certificate().checkIssued(authority())).toBe(true);
    expect(Date.parse(certificate().validTo)).toBe(renewed.validUntil.getTime());
    expect(renewed.validUntil < renewed.authority.validUntil).toBe(true);
  });

  it("refuses a name that is none", async () => {
    const { code, stderr } = await run("https://localhost:5443", "--host", "https://localhost");
    expect(code).toBe(2);
    expect(stderr).toContain("https://localhost is neither a host name nor an address");
  });
});
