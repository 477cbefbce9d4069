import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { runCommandLine } from "../../ops/cli/program.js";
import { recordSession } from "./support/session.js";

describe("o2cqrs metadata restore-job", () => {
  let project: string;

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "o2cqrs-metadata-"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: o2cqrs\nruntime: nodejs\n");
    const settings = (target: string, more: string) =>
      `config:\n  o2cqrs:target: ${target}\n  o2cqrs:url: https://observe.example.com\n${more}` +
      "  o2cqrs:user: deploy@example.com\n  o2cqrs:password: Complexpass#123\n  o2cqrs:alertsEnabled: 'false'\n";
    const kubernetes =
      "  o2cqrs:kubernetes:\n    namespace: telemetry\n    storage: { bucket: orders, prefix: o2, access: identity }\n" +
      "    externalSecrets: { store: vault }\n";
    writeFileSync(join(project, "Pulumi.prod.yaml"), settings("kubernetes", kubernetes));
    writeFileSync(join(project, "Pulumi.dev.yaml"), settings("existing", ""));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  async function run(...args: string[]) {
    const session = recordSession(project, { PATH: "", PULUMI_CONFIG_PASSPHRASE: "test" });
    const code = await runCommandLine(["metadata", "restore-job", ...args], session);
    return { code, stdout: session.stdout(), stderr: session.stderr() };
  }

  it("prints the job for the stack's namespace, bucket and database, and holds no secret", async () => {
    const { code, stdout } = await run("-s", "prod", "--day", "2026-11-24");
    expect(code).toBe(0);
    const job = parse(stdout) as { kind: string; metadata: object };
    expect(job).toMatchObject({
      kind: "Job",
      metadata: { name: "openobserve-backup-restore", namespace: "telemetry" },
    });
    expect(stdout).toContain("s3://orders/o2/metadata-backups/2026-11-24.dump");
    expect(stdout).not.toContain("Complexpass");
    const { stdout: json } = await run("-s", "prod", "--day", "2026-11-24", "--json");
    expect(JSON.parse(json)).toEqual(job);
  });

  it("refuses what is no day, and a stack that saves no metadata", async () => {
    expect(await run("-s", "prod", "--day", "yesterday")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("such as 2026-11-24, not yesterday"),
    });
    expect(await run("-s", "dev", "--day", "2026-11-24")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--stack prod"),
    });
  });
});
