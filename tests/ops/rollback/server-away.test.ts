import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envNames } from "@o2cqrs/contract";
import { type Deployer } from "../../../ops/deployment/deployer.js";
import { systemClock } from "../../../ops/gate/clock.js";
import { runRollback } from "../../../ops/rollback/run-rollback.js";
import { openVerifyContext } from "../../../ops/verify/context.js";

jest.setTimeout(120_000);

/** Nobody listens there. */
const url = "http://127.0.0.1:9";
const user = "root@example.com";
const password = "Complexpass#123";

const deployer: Deployer = {
  title: "a stack that was deployed before",
  run: () => Promise.reject(new Error("not in these tests")),
  plan: () => Promise.reject(new Error("not in these tests")),
  outputs: () =>
    Promise.resolve({
      env: {
        [envNames.url]: url,
        [envNames.organization]: "default",
        [envNames.user]: user,
        [envNames.token]: password,
      },
    }),
  config: () => Promise.resolve({ "o2cqrs:url": url, "o2cqrs:user": user, "o2cqrs:password": password }),
};

describe("a rollback while OpenObserve is away", () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "o2cqrs-away-"))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = (evenUnreachable: boolean) =>
    openVerifyContext({
      session: { env: {}, projectRoot: folder, signal: new AbortController().signal },
      deployer,
      stack: "away",
      since: { text: "30m", milliseconds: 1_800_000 },
      evenUnreachable,
    });

  test("takes the traffic away, says what it could not do, and drafts its review", async () => {
    await expect(open(false)).rejects.toMatchObject({ exitCode: 3 });
    const context = await open(true);
    const shares: number[] = [];
    const { record, files } = await runRollback(
      {
        context,
        terminal: { note: () => undefined, redact: (text) => text },
        clock: systemClock,
        traffic: {
          title: "a load balancer",
          read: () => Promise.resolve(25),
          set: (percent) => Promise.resolve(void shares.push(percent)),
          close: () => Promise.resolve(),
        },
        processes: [],
        calm: { samplingRate: 0.1, batchSize: 100 },
        pause: { streams: ["cqrs-app"], pipelines: [] },
      },
      { source: "operator", reason: "telemetry is interrupted" },
    ).finally(() => context.close());
    expect(shares).toEqual([0]);
    expect(record.steps.map(({ id, status }) => [id, status])).toEqual([
      ["traffic", "done"],
      ["calm", "done"],
      ["pause", "failed"],
      ["clear", "done"],
      ["collection", "failed"],
    ]);
    const review = await readFile(
      files.find((file) => file.endsWith(".md"))!,
      "utf8",
    );
    expect(review).toContain("The figures could not be read");
  });
});
