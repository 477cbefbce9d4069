// Builds, once, the control plane that `npm run test:cluster` runs: Kubernetes and kwok from their Go modules, as
// tests/cluster/control-plane pins them, and what comes with modules as files: kwok's stages (what its nodes and pods
// do) and the operators' resource definitions. Kept outside the repository.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root } from "./install.mjs";

const pins = join(root, "tests", "cluster", "control-plane");
const version = "v1.36.2";

/** Operators that `target: kubernetes` can be told to use: module, and its files that define their resources. */
const operators = [
  ["github.com/cloudnative-pg/cloudnative-pg@v1.26.0", "config/crd/bases/postgresql.cnpg.io_clusters.yaml"],
  [
    "github.com/external-secrets/external-secrets@v0.18.2",
    "config/crds/bases/external-secrets.io_externalsecrets.yaml",
  ],
  [
    "github.com/prometheus-operator/prometheus-operator@v0.84.0",
    "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
  ],
];

const stages = ["node/fast", "pod/fast", "volume/fast"];

function cacheFolder() {
  const digest = createHash("sha256");
  for (const file of [join(pins, "go.mod"), join(pins, "go.sum"), import.meta.filename]) {
    digest.update(readFileSync(file));
  }
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(cache, "o2cqrs", "control-plane", `${version}-${digest.digest("hex").slice(0, 12)}`);
}

/** Runs Go at low priority: the build takes minutes of every core. */
function go(args, options = {}) {
  const { status, stdout } = spawnSync("nice", ["-n", "10", "go", ...args], {
    cwd: pins,
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    ...options,
  });
  if (status !== 0) throw new Error(`go ${args[0]} failed`);
  return stdout;
}

function build(folder) {
  const symbols = Object.entries({ gitVersion: version, gitMajor: "1", gitMinor: version.split(".")[1] });
  const flags = symbols.map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  go(["build", "-trimpath", "-ldflags", `-s -w ${flags.join(" ")}`, "-o", `${folder}/`, "tool"]);
}

function copyStages(folder) {
  const kwok = go(["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]).trim();
  for (const name of stages) {
    const source = join(kwok, "kustomize", "stage", name);
    const files = readdirSync(source).filter((file) => /^(node|pod|pv|pvc)-.*\.yaml$/.test(file));
    for (const file of files) cpSync(join(source, file), join(folder, "stages", file));
  }
}

function copyDefinitions(folder) {
  for (const [module, file] of operators) {
    const { Dir } = JSON.parse(go(["mod", "download", "-json", module], { cwd: folder }));
    cpSync(join(Dir, file), join(folder, "definitions", file.split("/").at(-1)));
  }
}

const runs = (program, argument) => spawnSync(program, [argument], { stdio: "ignore" }).error === undefined;

/**
 * Folder of the programs, built when they are not there.
 *
 * @throws Error when a program that is needed is missing, or a build fails
 */
export function controlPlane() {
  if (!runs("etcd", "--version")) throw new Error("etcd is missing: apt-get install etcd-server");
  const folder = cacheFolder();
  if (existsSync(folder)) return folder;
  if (!runs("go", "version")) throw new Error("Go is missing: https://go.dev/doc/install");
  console.log("Building a control plane of Kubernetes (minutes, once) …");
  const building = `${folder}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  try {
    build(building);
    copyStages(building);
    copyDefinitions(building);
    renameSync(building, folder);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return folder;
}
