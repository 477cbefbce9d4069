import { SavedViewProvider } from "../../../providers/saved-view/provider.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

onEveryServer("A saved view", (on) => {
  const provider = new SavedViewProvider(() => on().server);
  const data = { query: "level = 'error'", columns: ["a", "b"], deep: { n: 1.5, none: null } };

  test("keeps what it holds over deploys and refreshes, changes in place, and goes", async () => {
    const name = unique("view");
    const first = await up(provider, { name, data, marker: "o2cqrs:p/s/v" });
    expect((await up(provider, { name, data, marker: "o2cqrs:p/s/v" }, first)).did).toBe("none");
    expect(await refresh(provider, first)).toEqual({ id: first.id, state: first.state });
    const changed = { name: `${name} b`, data: { ...data, columns: ["a"] }, marker: "o2cqrs:p/s/v" };
    const second = await up(provider, changed, first);
    expect(second).toMatchObject({ id: first.id, did: "update" });
    expect((await on().server.savedViews.get(first.id))?.data).toEqual({
      ...changed.data,
      o2cqrs: "o2cqrs:p/s/v",
    });
    await destroy(provider, second);
    expect(await refresh(provider, second)).toBeUndefined();
    await destroy(provider, second);
  });

  test("that someone changed is found by a refresh and put right", async () => {
    const name = unique("drift");
    const first = await up(provider, { name, data });
    await on().server.savedViews.update(first.id, name, { query: "other" });
    const seen = await refresh(provider, first);
    expect(await up(provider, { name, data }, seen)).toMatchObject({ did: "update" });
    expect((await on().server.savedViews.get(first.id))?.data).toEqual(data);
  });

  test("whose create was answered into the void is found by its marker among others of its name", async () => {
    const name = unique("same");
    await on().server.savedViews.create(name, { by: "hand" });
    const own = await on().server.savedViews.create(name, { old: true, o2cqrs: "o2cqrs:p/s/v" });
    const adopted = await up(provider, { name, data, marker: "o2cqrs:p/s/v" });
    expect(adopted.id).toBe(own);
    expect(await on().server.savedViews.getByName(name)).toHaveLength(2);
  });

  test("that someone else made is refused until adopt says so", async () => {
    const name = unique("there");
    const theirs = await on().server.savedViews.create(name, { by: "hand" });
    await expect(up(provider, { name, data })).rejects.toThrow(/differs in data[\s\S]*adopt: true/);
    expect((await up(provider, { name, data, adopt: true })).id).toBe(theirs);
  });
});

describe("A saved view's arguments", () => {
  test("need an object of JSON and a name", () => {
    expect(failures(new SavedViewProvider(), { name: " ", data: [1] })).toEqual([
      "name: must not be empty",
      "data: must be an object of plain JSON values",
    ]);
  });
});
