// `npm run test:roles`: the roles of the Kubernetes platform as processes of a real OpenObserve, whose binary
// O2CQRS_OPENOBSERVE_BINARY names, with nats-server, PostgreSQL and nginx from the system. See docs/roles.md.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Older servers of NATS answer what OpenObserve cannot read. */
const oldestNats = [2, 10];
const nginxModules = ["/usr/lib/nginx/modules", "/etc/nginx/modules", "/usr/share/nginx/modules"];

/** @returns {string | undefined} why the suite cannot run here */
function missing() {
  const binary = process.env.O2CQRS_OPENOBSERVE_BINARY;
  if (!binary) return "O2CQRS_OPENOBSERVE_BINARY does not name a binary of OpenObserve";
  if (!existsSync(binary)) return `there is no ${binary}`;
  const nats = spawnSync("nats-server", ["--version"], { encoding: "utf8" });
  if (nats.status !== 0) return "nats-server is not installed";
  const [major, minor] = (/v(\d+)\.(\d+)/.exec(nats.stdout) ?? []).slice(1).map(Number);
  if (major < oldestNats[0] || (major === oldestNats[0] && minor < oldestNats[1]))
    return `${nats.stdout.trim()} is too old: it takes ${oldestNats.join(".")} or newer`;
  if (!existsSync("/usr/lib/postgresql")) return "PostgreSQL is not installed";
  if (spawnSync("nginx", ["-v"]).status !== 0) return "nginx is not installed";
  if (!nginxModules.some((folder) => existsSync(`${folder}/ngx_http_js_module.so`)))
    return "nginx has no JavaScript module (Debian: libnginx-mod-http-js)";
  return undefined;
}

const reason = missing();
if (reason === undefined) {
  process.argv.push("-i", "--testMatch", "**/tests/roles/**/*.roles.ts");
  await import("./test.mjs");
} else {
  console.log(`The suite of roles was skipped: ${reason}.`);
  console.log("0 passed, 0 failed");
}
