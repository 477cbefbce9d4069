import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "../../../ops/cli/program.js";
import { requireWritable, writeReport } from "../../../ops/storage/report-file.js";
import { recordSession } from "../support/session.js";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "o2cqrs-report-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("o2cqrs verify", () => {
  test.each(["--html", "--junit"])(
    "says before it checks anything that the file of %s has nowhere to go",
    async (option) => {
      for (const [path, words] of [
        [join(folder, "absent", "report"), /cannot be written: folder .* is not there/],
        [folder, /is a folder/],
      ] as const) {
        const session = recordSession("/nonexistent", {});
        expect(await runCommandLine(["verify", option, path], session)).toBe(2);
        expect(session.stderr()).toMatch(words);
        expect(session.stderr()).toContain("What to do: ");
        expect(session.stderr()).not.toContain("    at ");
      }
    },
  );
});

describe("a report's file", () => {
  test("is written through a link, which stays one", async () => {
    const [path, link] = [join(folder, "report.html"), join(folder, "link")];
    await writeFile(path, "the one before");
    await symlink(path, link);
    await writeReport(link, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  test("replaces the one before as a whole", async () => {
    const path = join(folder, "report.html");
    await writeFile(path, "the one before");
    await requireWritable(path);
    await writeReport(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["report.html"]);
  });
});
