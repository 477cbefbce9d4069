import { mkdtemp, rm, rmdir } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes } from "../../../ops/cli/errors.js";
import { ReleaseStore } from "../../../ops/gate/store.js";

jest.setTimeout(120_000);

let folder: string;
let store: ReleaseStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "o2cqrs-release-store-"));
  store = new ReleaseStore(folder, "prod");
});

afterEach(() => rm(folder, { recursive: true }));

describe("one release of a stack at a time", () => {
  test("a second one is refused with an exit code of its own", async () => {
    await store.alone("gate", async () => {
      await expect(store.alone("gate", () => Promise.resolve())).rejects.toMatchObject({
        message: "Another gate of this stack is under way",
        exitCode: exitCodes.busy,
      });
    });
    await expect(store.alone("gate", () => Promise.resolve("free again"))).resolves.toBe("free again");
  });

  test("whether the stack is named with its organisation and project or not", async () => {
    const sameStack = new ReleaseStore(folder, "acme/shop/prod");
    await store.write("gate.state", "{}");
    expect(await sameStack.has("gate.state")).toBe(true);
  });

  test("one whose lock another took over is told to stop, and why", async () => {
    await store.alone("gate", async (lost) => {
      const told = once(lost, "abort");
      await rmdir(join(store.folder, "gate.lock"));
      await told;
      expect(lost.reason).toMatchObject({
        message: "This gate no longer holds its lock: it was suspended, and another took over",
        exitCode: exitCodes.busy,
      });
    });
  });
});
