import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IngestClient, type IngestOptions } from "openobserve-cqrs/runtime/ingest";
import { StubServer } from "./stub-server.js";

/** What a test of the ingest client works with: new for every test, and gone after it. */
export interface Ingesting {
  readonly server: StubServer;
  /** Where clients keep their buffers. */
  readonly directory: string;
  /** A client of the server, in a hurry, and closed when the test ends. */
  clientOf(options?: Partial<IngestOptions>): IngestClient;
}

/** Gives each test of a file a server, a directory and clients. */
export function ingestingInEachTest(): Ingesting {
  let server: StubServer;
  let directory: string;
  const clients: IngestClient[] = [];

  beforeEach(async () => {
    server = await StubServer.start();
    directory = await mkdtemp(join(tmpdir(), "o2cqrs-ingest-"));
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close({ deadlineMs: 0 })));
    await server.stop();
    await rm(directory, { recursive: true });
  });

  return {
    get server() {
      return server;
    },
    get directory() {
      return directory;
    },
    clientOf(options = {}) {
      const client = new IngestClient({
        baseUrl: server.url,
        org: "default",
        credentials: () => ({ user: "orders@example.com", token: "secret" }),
        performance: { batchSize: 100, flushInterval: 10, maxRetries: 2, timeout: 5000 },
        directory,
        retryBaseMs: 1,
        retryMaxMs: 5,
        cooldownMs: 20,
        ...options,
      });
      clients.push(client);
      return client;
    },
  };
}

/** A record that tells where it stands among others. */
export const record = (n: number) => ({ _timestamp: Date.now() * 1000 + n, n });
