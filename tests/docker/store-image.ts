import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { copyProgram, fillCommon, importImage } from "./images.js";

export const storeImage = { repository: "o2cqrs-test/object-store", tag: "system" };

/** As in MinIO's image: whatever is not `minio` becomes its arguments. */
const entryPoint = `#!/bin/sh
if [ "$1" != minio ]; then set -- minio "$@"; fi
exec "$@"
`;

/**
 * Stands for `minio` where the daemon has no registry: takes its arguments, environment and folder, and keeps
 * objects for whoever names the keys, by HTTP Basic instead of a signature. A bucket is a folder that is there.
 */
const program = `#!/usr/bin/node
const fs = require("node:fs"), http = require("node:http"), path = require("node:path");
const [verb, folder, flag, address] = process.argv.slice(2);
if (verb !== "server" || flag !== "--address") throw new Error(process.argv.join(" "));
const { MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password } = process.env;
const known = "Basic " + Buffer.from(user + ":" + password).toString("base64");
http.createServer((request, response) => {
  const end = (status, body) => response.writeHead(status).end(body);
  if (request.url === "/minio/health/live") return end(200);
  if (request.headers.authorization !== known) return end(403);
  const file = path.join(folder, request.url);
  if (!fs.existsSync(path.dirname(file))) return end(404, "NoSuchBucket");
  if (request.method === "PUT") request.pipe(fs.createWriteStream(file)).on("finish", () => end(200));
  else if (fs.existsSync(file)) end(200, fs.readFileSync(file));
  else end(404, "NoSuchKey");
}).listen(Number(address.slice(1)), "0.0.0.0");
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit());
`;

export const importStoreImage = (docker: Docker): Promise<void> =>
  importImage(
    docker,
    storeImage,
    (root) => {
      fillCommon(root);
      copyProgram(root, "/bin/mkdir");
      copyProgram(root, process.execPath, "/usr/bin/node");
      writeFileSync(join(root, "usr/bin/minio"), program, { mode: 0o755 });
      writeFileSync(join(root, "usr/bin/docker-entrypoint.sh"), entryPoint, { mode: 0o755 });
      mkdirSync(join(root, "var"));
      mkdirSync(join(root, "var/tmp"));
      chmodSync(join(root, "var/tmp"), 0o1777);
      // Nor has that image a folder for data.
      rmSync(join(root, "data"), { recursive: true });
    },
    ['ENTRYPOINT ["/usr/bin/docker-entrypoint.sh"]', 'CMD ["minio"]', 'VOLUME ["/data"]'],
  );
