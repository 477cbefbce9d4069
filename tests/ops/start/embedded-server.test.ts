import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { openEmbeddedServer, stopEmbeddedServer } from "../../../ops/start/embedded-server.js";
import { freePort } from "../../../ops/start/free-port.js";
import { isRunning, readServerRecord, writeServerRecord } from "../../../ops/start/server-record.js";

jest.mock("../../../ops/start/free-port.js", () => {
  const actual = jest.requireActual<typeof import("../../../ops/start/free-port.js")>(
    "../../../ops/start/free-port.js",
  );
  return { ...actual, freePort: jest.fn(actual.freePort) };
});

jest.setTimeout(60_000);

let root: string;
const open = (keep = false, signal = new AbortController().signal) =>
  openEmbeddedServer({ projectRoot: root, keep, signal });

beforeAll(() => {
  spawnSync(process.execPath, [join(__dirname, "..", "..", "..", "scripts", "build.mjs")]);
});

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "o2cqrs-server-"));
});

afterEach(async () => {
  await stopEmbeddedServer(root);
  await rm(root, { recursive: true, force: true });
});

/** Made up: a process id that was in use and is no longer. */
const endedProcess = () => spawnSync(process.execPath, ["-e", ""]).pid;

describe("the embedded server of npm start", () => {
  test("is stopped when the command ends, and its record can only be read by its owner", async () => {
    const server = await open();
    expect((await fetch(`${server.record.url}/healthz`)).status).toBe(200);
    expect((await stat(join(root, ".o2cqrs", "local", "server.json"))).mode & 0o777).toBe(0o600);
    await server.release();
    expect(isRunning(server.record.pid)).toBe(false);
  });

  test("keeps its password from run to run", async () => {
    const first = await open();
    await first.release();
    const second = await open();
    expect(second.found).toBe(false);
    expect(second.record.password).toBe(first.record.password);
    await second.release();
  });

  test("keeps its address from run to run, though it was not the usual one", async () => {
    const first = await open();
    await first.release();
    const port = await freePort();
    await writeServerRecord(root, { ...first.record, url: `http://127.0.0.1:${port}` });
    const second = await open();
    expect(second.record.url).toBe(`http://127.0.0.1:${port}`);
    await second.release();
  });

  test("goes to another port when its own is taken before it listens", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    jest.mocked(freePort).mockResolvedValueOnce(port);
    const second = await open();
    expect(second.record.url).not.toBe(`http://127.0.0.1:${port}`);
    await second.release();
    await new Promise((resolve) => other.close(resolve));
  });

  test("stays up when it is to be kept, is found by the next run, which leaves it up too, and stops on request", async () => {
    const kept = await open(true);
    await kept.release();
    const found = await open();
    expect(found).toMatchObject({ found: true, kept: true, record: { pid: kept.record.pid } });
    await found.release();
    expect(isRunning(kept.record.pid)).toBe(true);
    expect(await stopEmbeddedServer(root)).toBe(true);
    expect(isRunning(kept.record.pid)).toBe(false);
    expect(await stopEmbeddedServer(root)).toBe(false);
  });

  test("that was left behind by a killed run is taken over and stopped at the end", async () => {
    const left = await open();
    await writeServerRecord(root, { ...left.record, starter: endedProcess() });
    const taken = await open();
    expect(taken).toMatchObject({ found: true, kept: false });
    await taken.release();
    expect(isRunning(left.record.pid)).toBe(false);
  });

  test("is refused to a second run while the first one uses it", async () => {
    const server = await open();
    // Another process that lives: the one that runs these tests' parent.
    await writeServerRecord(root, { ...server.record, starter: process.ppid });
    await expect(open()).rejects.toThrow(
      `Another run (process ${process.ppid}) is using the embedded server`,
    );
  });

  test("is started anew when it was killed", async () => {
    const first = await open(true);
    process.kill(first.record.pid, "SIGKILL");
    while (isRunning(first.record.pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await open();
    expect(second.found).toBe(false);
    expect((await fetch(`${second.record.url}/healthz`)).status).toBe(200);
    await second.release();
  });

  test("is started anew when the record names a process that is another one by now, which is left alone", async () => {
    const first = await open();
    await first.release();
    await writeServerRecord(root, { ...first.record, pid: process.pid });
    const second = await open();
    expect(second.found).toBe(false);
    await second.release();
  });

  test("is started anew when the record is torn", async () => {
    const first = await open();
    await first.release();
    await writeFile(join(root, ".o2cqrs", "local", "server.json"), '{"url": "http');
    const second = await open();
    expect(await readServerRecord(root)).toMatchObject({ url: second.record.url });
    await second.release();
  });

  test("leaves nothing behind when the command is interrupted while it starts", async () => {
    const controller = new AbortController();
    const opening = open(false, controller.signal);
    setImmediate(() => controller.abort(new Error("interrupted")));
    await expect(opening).rejects.toThrow("interrupted");
    expect(await readServerRecord(root)).toBeUndefined();
  });

  test("that cannot start says where to look", async () => {
    await writeFile(join(root, "file"), "");
    await (await open()).release();
    await rm(join(root, ".o2cqrs", "local", "data"), { recursive: true });
    await writeFile(join(root, ".o2cqrs", "local", "data"), "not a folder");
    await expect(open()).rejects.toMatchObject({
      message: expect.stringContaining("did not start"),
      cure: expect.stringContaining("server.log"),
    });
    expect(await readFile(join(root, ".o2cqrs", "local", "server.log"), "utf8")).not.toBe("");
  });
});
