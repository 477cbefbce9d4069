import { type ControlSettings } from "@o2cqrs/contract";
import { type ControlServer, startControlServer } from "openobserve-cqrs/runtime/control";
import { controlClient } from "../../../ops/rollback/control-client.js";

const token = "a-token-of-some-length";
const { signal } = new AbortController();

let settings: ControlSettings;
let control: ControlServer;

beforeEach(async () => {
  settings = { samplingRate: 1, batchSize: 500, pausedStreams: [] };
  control = await startControlServer({
    token,
    telemetry: {
      identity: {
        service: "orders",
        version: "1",
        env: "test",
        region: "eu",
        source: "apiserver",
        instance: "one",
      },
      ingest: undefined,
      get settings() {
        return settings;
      },
      adjust: (changes) => (settings = { ...settings, ...changes }),
    },
    queues: { deadLetters: { size: () => 3, clear: () => 3 } },
  });
});

afterEach(() => control.close());

describe("the rollback's client of the control endpoint", () => {
  test("reads, changes and clears a process of the application", async () => {
    const orders = controlClient(`${control.url}/`, token);
    expect(await orders.status(signal)).toMatchObject({ service: "orders", queues: { deadLetters: 3 } });
    expect(await orders.change({ samplingRate: 0.1 }, signal)).toMatchObject({
      before: { samplingRate: 1 },
      after: { samplingRate: 0.1, batchSize: 500 },
    });
    expect(await orders.clear(signal)).toMatchObject({ queues: { deadLetters: 3 } });
  });

  test("says what to do when its token is refused, and does not show it", async () => {
    const error = await controlClient(control.url, "the-wrong-token-entirely")
      .clear(signal)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      message: expect.stringContaining("401"),
      cure: expect.stringContaining("O2CQRS_CONTROL_TOKEN"),
    });
    expect(String(error)).not.toContain("the-wrong-token-entirely");
  });

  test("has the exit code of what is away, and refuses what is no address", async () => {
    await expect(controlClient("http://127.0.0.1:1", token).status(signal)).rejects.toMatchObject({
      exitCode: 3,
    });
    expect(() => controlClient("file:///etc/passwd", token)).toThrow("not the address of a control endpoint");
  });
});
