// An application that logs until it is killed. It prints the number of its last record that is safely in the buffer.
const { IngestClient } = require("openobserve-cqrs/runtime/ingest");

const [url, directory, name, mode] = process.argv.slice(2);
const client = new IngestClient({
  baseUrl: url,
  org: "default",
  credentials: () => ({ user: "crash@example.com", token: "t" }),
  performance: { batchSize: 100, flushInterval: 20, maxRetries: 2, timeout: 5000 },
  directory,
  staleMs: 2000,
  segmentBytes: 16 * 1024,
  retryBaseMs: 5,
  retryMaxMs: 50,
  cooldownMs: 100,
});

async function log() {
  for (let n = 0; ;) {
    const group = 50 + Math.floor(Math.random() * 150);
    for (let i = 0; i < group; i++) client.send("s", { recordId: `${name}-${n++}`, filler: "x".repeat(100) });
    await client.persisted();
    process.stdout.write(`${n}\n`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
  }
}

/** Waits until the journals of all that died are taken over and delivered. */
async function drain() {
  const { readdirSync } = require("node:fs");
  const { join } = require("node:path");
  const folders = () => readdirSync(join(directory, "journals")).filter((entry) => !entry.endsWith(".lock"));
  do {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.flush();
  } while (folders().length > 1);
  const report = await client.close();
  process.stdout.write(`${report.undeliveredBytes}\n`);
}

void (mode === "drain" ? drain() : log());
