import { FolderProvider } from "../../../providers/folder/provider.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

const marker = "o2cqrs:orders/dev/folder";

onEveryServer("A folder", (on) => {
  const provider = new FolderProvider(() => on().server);

  test.each(["dashboards", "alerts", "reports"] as const)(
    "of %s lives from create to delete, and is renamed in place",
    async (kind) => {
      const args = { name: unique("life"), kind, description: "Made by a test", marker };
      const first = await up(provider, args);
      expect(first.state.folderId).toBe(first.id);
      expect((await up(provider, args, first)).did).toBe("none");
      const renamed = await up(provider, { ...args, name: unique("renamed") }, first);
      expect(renamed).toMatchObject({ did: "update", id: first.id, diff: { diffs: ["name"] } });
      const after = await refresh(provider, renamed);
      expect(after?.state).toMatchObject({ description: "Made by a test" });
      await destroy(provider, renamed);
      expect(await refresh(provider, renamed)).toBeUndefined();
      await destroy(provider, renamed);
    },
  );

  test("deleted by hand is not made again under its old id by an update", async () => {
    const args = { name: unique("gone"), kind: "alerts", marker };
    const first = await up(provider, args);
    await on().server.folders.delete("alerts", first.id);
    await expect(up(provider, { ...args, description: "changed" }, first)).rejects.toThrow(
      /is gone[\s\S]*pulumi refresh/,
    );
    expect(await on().server.folders.get("alerts", first.id)).toBeUndefined();
  });

  test("that exists is adopted by its marker or when it is the same, and else refused", async () => {
    const name = unique("there");
    const byHand = await on().server.folders.create("dashboards", name, "by hand");
    await expect(up(provider, { name, kind: "dashboards", marker })).rejects.toThrow(
      /differs in description/,
    );
    const adopted = await up(provider, { name, kind: "dashboards", description: "by hand", marker });
    expect(adopted.id).toBe(byHand.folderId);
    const taken = await up(provider, { name, kind: "dashboards", description: "ours", marker, adopt: true });
    expect(taken.id).toBe(byHand.folderId);
    const again = await up(provider, { name, kind: "dashboards", description: "ours too", marker });
    expect(again.id).toBe(byHand.folderId);
  });

  test("that holds something is not deleted", async () => {
    const folder = await up(provider, { name: unique("full"), kind: "dashboards", marker });
    const dashboard = await on().server.dashboards.create(folder.id, {
      version: 8,
      title: "x",
      description: "",
      tabs: [],
    });
    await expect(destroy(provider, folder)).rejects.toThrow(/contains dashboards/);
    await on().server.dashboards.delete(dashboard.id, folder.id);
    await destroy(provider, folder);
  });
});

describe("A folder's arguments", () => {
  const provider = new FolderProvider();

  test("leave the server's own folder alone and know three kinds", () => {
    expect(failures(provider, { name: "default", kind: "alerts" })).toEqual([
      "name: the default folder is the server's own",
    ]);
    expect(failures(provider, { name: "x", kind: "bananas" })).toEqual([expect.stringMatching(/^kind: /)]);
  });
});
