import { readFileSync } from "node:fs";
import { join } from "node:path";
import { acceptanceIds, acceptanceItems } from "@o2cqrs/contract";
import { buildProgram } from "../../ops/cli/program.js";
import { envFormatNames } from "../../ops/env/format.js";
import { recordSession } from "./support/session.js";

const repository = join(__dirname, "..", "..");
const read = (path: string) => readFileSync(join(repository, path), "utf8");
const names = buildProgram(recordSession(repository)).commands.map((command) => command.name());

describe("the documentation of the command", () => {
  test("lists every check of verify under its area, and no other", () => {
    const rows = [...read("docs/operations.md").matchAll(/^\| (\w+) +\| (`.*`) +\|$/gm)];
    const documented = rows.flatMap(([, area, ids]) =>
      [...ids!.matchAll(/`([^`]+)`/g)].map(([, id]) => `${area}: ${id}`),
    );
    const areas: readonly string[] = Object.values(acceptanceItems).map(({ area }) => area);
    const ofChecks = documented.filter((line) => areas.includes(line.split(":")[0]!));
    expect(ofChecks.sort()).toEqual(acceptanceIds.map((id) => `${acceptanceItems[id].area}: ${id}`).sort());
  });

  test("counts the checks rightly", () => {
    expect(read("README.md")).toContain(`${acceptanceIds.length} checks read everything back`);
  });

  test("names every verb in the README", () => {
    const table = read("README.md").split("## The command")[1]!.split("## Read on")[0]!;
    for (const name of names) expect(table).toContain(`\`${name}\``);
  });

  test("names every format of env", () => {
    for (const format of envFormatNames) expect(read("docs/operations.md")).toContain(`\`${format}\``);
  });

  test("is there for every verb in its own help, with --json", () => {
    for (const command of buildProgram(recordSession(repository)).commands) {
      for (const verb of command.commands.length > 0 ? command.commands : [command]) {
        expect(verb.description()).not.toBe("");
        expect(verb.helpInformation()).toContain("--json");
      }
    }
  });
});
