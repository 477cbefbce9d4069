// Kills an application, and now and then its server, with SIGKILL at random moments under load, then lets a last process
// deliver what is left. `node tests/runtime/crash/run.mjs --rounds 100`; the last line is JSON.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: "string", default: "100" } } });
const rounds = Number(values.rounds);
const directory = mkdtempSync(join(tmpdir(), "o2cqrs-crash-"));
const received = join(directory, "received");
writeFileSync(received, "");

const port = await freePort();
let server = await startServer();
let serverKills = 0;
const acknowledged = new Map();

for (let round = 0; round < rounds; round++) {
  const name = `r${round}`;
  const application = start(name, "log");
  application.stdout.on("data", (text) => {
    const last = text.toString().trim().split("\n").at(-1);
    acknowledged.set(name, Number(last));
  });
  await once(application.stdout, "data");
  await sleep(Math.random() * 250);
  if (round % 3 === 1) {
    server.kill("SIGKILL");
    serverKills++;
    await sleep(Math.random() * 150);
  }
  application.kill("SIGKILL");
  await once(application, "close");
  if (server.killed) server = await startServer();
}

const last = start("drain", "drain");
let left = "";
last.stdout.on("data", (text) => (left += text));
await once(last, "close");
server.kill("SIGKILL");

const arrived = readFileSync(received, "utf8").split("\n").slice(0, -1);
const unique = new Set(arrived);
let lost = 0;
let records = 0;
for (const [name, count] of acknowledged) {
  records += count;
  for (let n = 0; n < count; n++) if (!unique.has(`${name}-${n}`)) lost++;
}
rmSync(directory, { recursive: true });
console.log(
  JSON.stringify({
    rounds,
    serverKills,
    acknowledged: records,
    arrived: unique.size,
    lost,
    duplicates: arrived.length - unique.size,
    // Five requests of a hundred records may be under way whenever one side dies.
    duplicatesAllowed: (rounds + serverKills) * 5 * 100,
    undeliveredBytes: Number(left),
  }),
);

function start(name, mode) {
  const url = `http://127.0.0.1:${port}`;
  return spawn(
    process.execPath,
    [join(here, "application.cjs"), url, join(directory, "buffer"), name, mode],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
}

async function startServer() {
  const child = fork(join(here, "server.cjs"), [String(port), received]);
  await once(child, "message");
  return child;
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port: free } = probe.address();
  probe.close();
  await once(probe, "close");
  return free;
}
