import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uploadScript } from "../../../../stacks/platform/kubernetes/backup.js";
import { kubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";
import { workload } from "./support.js";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "o2cqrs-scripts-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program in the place of a real one; it may write to `$RECORD`. */
function stub(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function run(shell: string, script: string, env: Record<string, string> = {}) {
  const record = join(folder, "record");
  writeFileSync(record, "");
  const { status } = spawnSync(shell, ["-c", script], {
    env: { PATH: `${folder}:${process.env.PATH}`, RECORD: record, ...env },
  });
  return { status, lines: readFileSync(record, "utf8").split("\n").slice(0, -1) };
}

describe("an ingester that is asked to stop", () => {
  const script = workload("ingester").spec.template.spec.containers[0]!.lifecycle.preStop.exec.command[2]!;

  it("leaves the cluster first and then flushes, its password in no argument", () => {
    stub("sleep", 'echo "sleep" >> "$RECORD"');
    stub("curl", 'echo "curl $*" >> "$RECORD"; cat >> "$RECORD"; echo >> "$RECORD"');
    const password = 'pa"ss\\word:1';
    const { lines } = run("sh", script, {
      ZO_ROOT_USER_EMAIL: "root@example.com",
      ZO_ROOT_USER_PASSWORD: password,
    });
    const calls = lines.filter((line) => line.startsWith("curl"));
    expect(calls.map((call) => /\/node\/(.*)$/.exec(call)?.[1])).toEqual(["enable?value=false", "flush"]);
    expect(calls.join()).not.toContain("word");
    // What curl's configuration reads back as the password: quotes and backslashes escaped.
    expect(lines.filter((line) => line.startsWith("user"))).toEqual(
      Array(2).fill(String.raw`user = "root@example.com:pa\"ss\\word:1"`),
    );
    expect(lines.indexOf("sleep")).toBeGreaterThan(0);
  });

  it("flushes even when it cannot leave", () => {
    stub("sleep", "exit 0");
    stub("curl", 'cat > /dev/null; echo "$*" >> "$RECORD"; exit 22');
    expect(run("sh", script).lines).toHaveLength(2);
  });
});

describe("a backup of the metadata", () => {
  const options = kubernetesOptions.parse({
    storage: { bucket: "telemetry", prefix: "o2/" },
    backup: { keepDays: 30 },
  });

  const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);

  it("is stored under its day, and then those too old are deleted and nothing else is", () => {
    stub(
      "aws",
      `echo "$*" >> "$RECORD"
if [ "$2" = ls ]; then
  for name in ${day(1)}.dump ${day(29)}.dump ${day(32)}.dump ${day(400)}.dump notes.txt; do
    echo "2026-01-01 03:17:00 1234 $name"
  done
fi`,
    );
    const { status, lines } = run("bash", uploadScript(options));
    const at = "s3://telemetry/o2/metadata-backups";
    expect(status).toBe(0);
    expect(lines).toEqual([
      `s3 cp --only-show-errors /dump/metadata.dump ${at}/${day(0)}.dump`,
      `s3 ls ${at}/`,
      `s3 rm --only-show-errors ${at}/${day(32)}.dump`,
      `s3 rm --only-show-errors ${at}/${day(400)}.dump`,
    ]);
  });

  it("deletes nothing when it could not be stored", () => {
    stub("aws", 'echo "$2" >> "$RECORD"; exit 1');
    const { status, lines } = run("bash", uploadScript(options));
    expect(status).not.toBe(0);
    expect(lines).toEqual(["cp"]);
  });
});
