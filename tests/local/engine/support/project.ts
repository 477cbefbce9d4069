import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const repository = resolve(__dirname, "../../../..");

/** A Pulumi project in a temporary folder, with the repository's packages. */
export class TestProject {
  readonly dir = mkdtempSync(join(tmpdir(), "engine-"));

  constructor(files: Readonly<Record<string, string>> = {}) {
    symlinkSync(join(repository, "node_modules"), join(this.dir, "node_modules"));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  copyFrom(folder: string): void {
    for (const file of readdirSync(folder))
      cpSync(join(folder, file), join(this.dir, file), { recursive: true, mode: 0 });
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
