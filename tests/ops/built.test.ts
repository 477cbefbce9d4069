import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Commands that load a part of themselves when it is needed, as they are built: Node's own `import()` finds in a
 * CommonJS file only the exports that it can tell without running it.
 */
const command = join(__dirname, "..", "..", "ops", "bin", "o2cqrs.js");

// It builds what is stale, and a machine may do much besides.
jest.setTimeout(240_000);

describe("the built command", () => {
  let project: string;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "o2cqrs-built-"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: o2cqrs\nruntime: nodejs\n");
    writeFileSync(
      join(project, "Pulumi.prod.yaml"),
      JSON.stringify({
        config: {
          "o2cqrs:target": "kubernetes",
          "o2cqrs:url": "https://observe.example.com",
          "o2cqrs:user": "deploy@example.com",
          "o2cqrs:alertsEnabled": "false",
          "o2cqrs:kubernetes": { storage: { bucket: "telemetry" }, externalSecrets: { store: "vault" } },
        },
      }),
    );
  });
  afterAll(() => rmSync(project, { recursive: true }));

  const run = async (...args: string[]) => {
    const env = { PATH: "/nonexistent", O2CQRS_PASSWORD: "Complexpass#123" };
    return (await promisify(execFile)(process.execPath, [command, ...args], { cwd: project, env })).stdout;
  };

  it("makes a certificate", async () => {
    expect(await run("certificate", "-s", "prod")).toContain("observe.example.com");
    expect(existsSync(join(project, ".o2cqrs", "tls", "prod", "tls.key"))).toBe(true);
  });

  it("prints the job that restores the metadata", async () => {
    expect(await run("metadata", "restore-job", "-s", "prod", "--day", "2026-11-24")).toContain("kind: Job");
  });
});
