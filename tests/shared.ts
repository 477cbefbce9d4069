import { existsSync } from "node:fs";
import { join } from "node:path";

/** Folder with the recordings of real servers and engines; outside the repository, so it may be missing. */
export const sharedDir = process.env.O2CQRS_SHARED ?? join(__dirname, "..", "..", "shared");

/** `describe` when a shared file is there; else the suite is skipped and says which file it missed. */
export function describeWithShared(path: string, title: string, suite: (file: string) => void): void {
  const file = join(sharedDir, path);
  if (existsSync(file)) {
    describe(title, () => suite(file));
    return;
  }
  describe.skip(`${title} (skipped: ${path} is not beside the repository)`, () => {
    it("needs the recordings", () => undefined);
  });
}
