import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(__dirname, "..", "..");
const lines = readFileSync(join(repository, "examples", "orders", "Dockerfile"), "utf8").split("\n");
const copied = (from?: string): string[] =>
  lines.flatMap((line) => {
    const [, stage, paths] = /^COPY (?:--from=(\S+) )?(.+) \S+$/.exec(line) ?? [];
    return paths !== undefined && stage === from ? paths.split(" ") : [];
  });

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(repository, folder, "package.json"), "utf8")) as Manifest;
const { workspaces } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
  workspaces: string[];
};

/** The folders of the repository's packages that one of them needs when it runs, itself among them. */
function needed(folder: string, seen = new Set<string>()): Set<string> {
  if (seen.has(folder)) return seen;
  seen.add(folder);
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    const workspace = workspaces.find((candidate) => manifestOf(candidate).name === name);
    if (workspace !== undefined) needed(workspace, seen);
  }
  return seen;
}

test("the orders service's image installs, builds and holds every package that the service needs, and no other", () => {
  const folders = [...needed("examples/orders")].sort();
  expect(folders).toEqual(["contract", "examples/orders", "runtime"]);
  const sources = copied();
  expect(sources.filter((path) => path.endsWith("/package.json")).sort()).toEqual(
    folders.map((folder) => `${folder}/package.json`),
  );
  expect(sources).toEqual(expect.arrayContaining(folders));
  expect(copied("build").sort()).toEqual(folders.map((folder) => `/app/${folder}/dist`));
});

test("all that the image is made from is in the repository, and no one's build or modules go with it", () => {
  expect(copied().filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  const ignored = readFileSync(join(repository, ".dockerignore"), "utf8").split("\n");
  expect(ignored).toEqual(expect.arrayContaining(["**/node_modules", "**/dist", ".git"]));
});
