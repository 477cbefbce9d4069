import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Manifest {
  name: string;
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const manifest = (folder: string) => JSON.parse(read(join(folder, "package.json"))) as Manifest;
const manifests = [manifest("."), ...(manifest(".").workspaces ?? []).map(manifest)];
const own = manifests.map(({ name }) => name);
const used = manifests.flatMap(({ dependencies, devDependencies }) =>
  Object.entries({ ...dependencies, ...devDependencies }),
);
const listed = [...read("docs/dependencies.md").matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!);

const isListed = (name: string) =>
  listed.some((entry) => (entry.endsWith("/*") ? name.startsWith(entry.slice(0, -1)) : entry === name));

describe("docs/dependencies.md", () => {
  it("says of every package why it is used", () => {
    expect(used.map(([name]) => name).filter((name) => !own.includes(name) && !isListed(name))).toEqual([]);
  });

  it("lists no package that is not used", () => {
    const names = used.map(([name]) => name);
    const unused = listed.filter(
      (entry) =>
        !names.some((name) => (entry.endsWith("/*") ? name.startsWith(entry.slice(0, -1)) : entry === name)),
    );
    expect(unused).toEqual([]);
  });
});

describe("the lock file", () => {
  const lock = read("package-lock.json");

  it("names no registry, so that it installs from whichever one a machine uses", () => {
    expect(lock).not.toMatch(/"resolved": "https?:/);
  });

  it("has every platform's package of what is native, without which npm ci refuses it", () => {
    const { packages } = JSON.parse(lock) as {
      packages: Record<string, { optionalDependencies?: Record<string, string>; optional?: boolean }>;
    };
    const names = new Set(
      Object.keys(packages).map((path) =>
        path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      ),
    );
    const missing = Object.values(packages).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies ?? {}).filter((name) => !names.has(name)),
    );
    expect(missing).toEqual([]);
  });

  it("holds every package to one version", () => {
    for (const [name, version] of used) expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+[\w.-]*$/);
  });
});
