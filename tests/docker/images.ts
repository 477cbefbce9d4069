import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import type Docker from "dockerode";

/**
 * Images made on the spot from this machine's programs, as there may be no registry: nginx as the system has
 * it, and Node with the embedded server, which is named as what it is.
 */

const repository = join(__dirname, "..", "..");

export const gatewayImage = { repository: "o2cqrs-test/debian-nginx", tag: "system" };
export const serverImage = (release: "0.60" | "0.90") => ({
  repository: "o2cqrs-test/embedded-openobserve",
  tag: release,
});

/** The gateway's options that depend on its image. */
export const gatewayModule = "/usr/lib/nginx/modules/ngx_http_js_module.so";

/** @throws Error naming the program of this machine that is missing */
export async function importImages(docker: Docker): Promise<void> {
  await importImage(docker, gatewayImage, fillGateway, []);
  for (const release of ["0.60", "0.90"] as const)
    await importImage(docker, serverImage(release), fillServer, [
      `ENTRYPOINT ["/usr/bin/node","/app/local/openobserve/dist/main.js","--host","0.0.0.0","--port","5080",` +
        `"--data-dir","/data","--version","${release}"]`,
    ]);
}

/** @param fill puts the image's files below a folder */
export async function importImage(
  docker: Docker,
  { repository: repo, tag }: { repository: string; tag: string },
  fill: (root: string) => void,
  changes: string[],
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "o2cqrs-image-"));
  // It becomes the root folder of the image, which others than root must be able to enter.
  chmodSync(root, 0o755);
  try {
    for (const folder of ["tmp", "data"]) {
      mkdirSync(join(root, folder));
      chmodSync(join(root, folder), 0o1777);
    }
    fill(root);
    const tar = spawn("tar", ["--owner=0", "--group=0", "-c", "."], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(tar, "exit");
    const answer = await docker.importImage(tar.stdout, { repo, tag, changes });
    answer.resume();
    await finished(answer);
    const [status] = (await exited) as [number | null];
    if (status !== 0) throw new Error(`tar ended with ${String(status)}`);
    await docker.getImage(`${repo}:${tag}`).inspect();
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What the health commands need is in every image. */
export function fillCommon(root: string): void {
  copyProgram(root, "/usr/bin/curl");
  copyProgram(root, "/bin/sh");
  copyProgram(root, "/bin/sleep");
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(
    join(root, "etc/passwd"),
    "root:x:0:0:root:/:/bin/sh\nnginx:x:101:101::/:/bin/sh\nserver:x:10001:10001::/:/bin/sh\n",
  );
  writeFileSync(join(root, "etc/group"), "root:x:0:\nnginx:x:101:\nserver:x:10001:\n");
}

function fillGateway(root: string): void {
  fillCommon(root);
  copyProgram(root, "/usr/sbin/nginx");
  copyProgram(root, gatewayModule);
  mkdirSync(join(root, "var/log/nginx"), { recursive: true });
  mkdirSync(join(root, "var/lib/nginx"), { recursive: true });
}

function fillServer(root: string): void {
  fillCommon(root);
  copyProgram(root, process.execPath, "/usr/bin/node");
  copyPackage(root, join(repository, "local/openobserve"), "/app/local/openobserve");
  copyLibraries(root, join(repository, "node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so"));
}

/** A program or library and the shared libraries that it is linked with. */
export function copyProgram(root: string, source: string, target = source): void {
  if (!existsSync(source)) throw new Error(`${source} is missing on this machine`);
  copyFile(root, realpathSync(source), target);
  copyLibraries(root, source);
}

function copyLibraries(root: string, binary: string): void {
  if (!existsSync(binary)) return;
  const listed = execFileSync("ldd", [binary], { encoding: "utf8" });
  for (const [library] of listed.matchAll(/\/\S+(?= \(0x)/g)) copyFile(root, realpathSync(library), library);
}

function copyFile(root: string, source: string, target: string): void {
  mkdirSync(dirname(join(root, target)), { recursive: true });
  cpSync(source, join(root, target), { recursive: true });
}

/** A package of the workspace as it is built, and below it every package that it needs at run time. */
function copyPackage(root: string, source: string, target: string): void {
  const seen = new Set<string>();
  copyFile(root, join(source, "dist"), `${target}/dist`);
  copyFile(root, join(source, "package.json"), `${target}/package.json`);
  copyDependencies(root, source, seen);
}

function copyDependencies(root: string, source: string, seen: Set<string>): void {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
  } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Record<
    string,
    Record<string, string> | undefined
  >;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    const found = findPackage(name, source);
    if (found === undefined || seen.has(found)) continue;
    seen.add(found);
    const target = `/app/node_modules/${name}`;
    const isOwn = !realpathSync(found).includes("node_modules");
    if (isOwn) copyPackage(root, realpathSync(found), target);
    else {
      cpSync(realpathSync(found), join(root, target), { recursive: true, dereference: true });
      copyDependencies(root, realpathSync(found), seen);
    }
  }
}

function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; folder.length >= repository.length; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
  }
  return undefined;
}
