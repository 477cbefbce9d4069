import { spawnSync } from "node:child_process";

/** `describe` when a program is on the PATH; else the suite is skipped and says which program it missed. */
export function describeWithProgram(program: string, title: string, suite: () => void): void {
  const { status } = spawnSync("sh", ["-c", `command -v ${program}`]);
  if (status === 0) {
    describe(title, suite);
    return;
  }
  describe.skip(`${title} (skipped: ${program} is not installed)`, () => {
    it(`needs ${program}`, () => undefined);
  });
}
