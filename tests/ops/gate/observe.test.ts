import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { cqrsOpenObserveConfig } from "@o2cqrs/contract";
import { OpenObserve } from "@o2cqrs/providers/client";
import { observer } from "../../../ops/gate/observe.js";

describe("a look of the gate", () => {
  let silent: Server;
  let admin: OpenObserve;

  beforeEach(async () => {
    // As a server that has more to write than it can: lists are quick, searches wait for ever.
    silent = createServer((request, response) => {
      request.resume();
      if (request.method === "GET") response.end('{"list":[]}');
    });
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    admin = new OpenObserve({
      url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      organization: "default",
      credential: { kind: "basic", user: "root@example.com", password: "Complexpass#123" },
    });
  });

  afterEach(async () => {
    await admin.close();
    const closed = once(silent, "close");
    silent.close();
    silent.closeAllConnections();
    await closed;
  });

  const appConfig = cqrsOpenObserveConfig.parse({ baseUrl: "http://127.0.0.1", org: "default", token: "t" });
  const versions = { canary: "2.0.0", stable: "1.0.0" };
  const window = { start: 0, end: 1000 };

  test("ends at a server that takes searches and never answers, so that traffic does not stay unwatched", async () => {
    const { signal } = new AbortController();
    const look = observer({ admin, appConfig, signal }, undefined, 100).observe(versions, window, window);
    await expect(look).rejects.toThrow("OpenObserve did not answer within 0.1 s");
  });

  test("ends at once when the gate is interrupted", async () => {
    const controller = new AbortController();
    const look = observer({ admin, appConfig, signal: controller.signal }, undefined).observe(
      versions,
      window,
      window,
    );
    controller.abort(new Error("interrupted"));
    await expect(look).rejects.toThrow("interrupted");
  });
});
