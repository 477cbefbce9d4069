import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerVersion, startServer } from "@o2cqrs/local-openobserve";
import { type Connection, OpenObserve } from "@o2cqrs/providers/client";

export interface TestServer {
  readonly connection: Connection;
  readonly server: OpenObserve;
}

const user = "root@example.com";
const password = "Complexpass#123";

/** How soon the embedded server ends the deletion of a stream: long enough to be met, short enough to wait for. */
export const deletionSeconds = 1;

/**
 * Runs tests against the embedded server as each observed version. With `O2CQRS_TEST_URL` (and
 * `O2CQRS_TEST_USER`, `O2CQRS_TEST_PASSWORD`) they run against that server instead.
 */
export function onEveryServer(subject: string, tests: (on: () => TestServer, version: string) => void): void {
  const url = process.env.O2CQRS_TEST_URL;
  const versions = url === undefined ? (["0.60", "0.90"] as const) : [url];
  describe.each(versions)(`${subject}, on OpenObserve %s`, (version) => {
    let running: { close(): Promise<void> } | undefined;
    let dataDir: string | undefined;
    let current: TestServer | undefined;

    beforeAll(async () => {
      let address = url;
      if (address === undefined) {
        dataDir = await mkdtemp(join(tmpdir(), "o2cqrs-providers-"));
        const embedded = await startServer({
          dataDir,
          rootUser: user,
          rootPassword: password,
          version: version as ServerVersion,
          streamDeletionSeconds: deletionSeconds,
        });
        running = embedded;
        address = embedded.url;
      }
      const connection: Connection = {
        url: address,
        organization: process.env.O2CQRS_TEST_ORGANIZATION ?? "default",
        credential: {
          kind: "basic",
          user: process.env.O2CQRS_TEST_USER ?? user,
          password: process.env.O2CQRS_TEST_PASSWORD ?? password,
        },
      };
      current = { connection, server: new OpenObserve(connection) };
    });

    afterAll(async () => {
      await current?.server.close();
      await running?.close();
      if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
    });

    tests(() => {
      if (current === undefined) throw new Error("the server has not started");
      return current;
    }, version);
  });
}

let used = 0;

/** A name that nothing else on the server has. */
export function unique(prefix: string): string {
  used += 1;
  return `${prefix}_${process.pid.toString(36)}${Date.now().toString(36)}${used}`;
}
