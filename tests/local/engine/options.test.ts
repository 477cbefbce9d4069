import { errorsOf, ThingProject, verbs } from "./support/things.js";

jest.setTimeout(120_000);

let project: ThingProject;
beforeEach(() => {
  project = new ThingProject();
});
afterEach(() => project.remove());

describe("changes", () => {
  test("ignoreChanges keeps the old value, and the rest is updated", async () => {
    await project.up(
      `new Thing("a", { x: 1, deep: { list: [1, 2] } }, { ignoreChanges: ["x", "deep.list[0]"] })`,
    );
    await project.up(
      `new Thing("a", { x: 2, deep: { list: [8, 9] } }, { ignoreChanges: ["x", "deep.list[0]"] })`,
    );
    expect(project.thing("a-1")).toMatchObject({ x: 1, deep: { list: [1, 9] } });
  });

  test("replaceOnChanges replaces when the engine sees the change; a provider's own diff decides otherwise, as with the real engine", async () => {
    const both = (x: number): string =>
      `new Plain("plain", { x }, { replaceOnChanges: ["x"] }); new Thing("thing", { x }, { replaceOnChanges: ["x"] })`.replaceAll(
        "{ x }",
        `{ x: ${x} }`,
      );
    await project.up(both(1));
    const { calls } = await project.up(both(2));
    expect(verbs(calls).sort()).toEqual(["Create plain", "Delete plain", "Update thing"]);
  });

  test("a replacement is created first, then its dependents are updated, then the old one is deleted", async () => {
    const program = (r: number): string =>
      `const a = new Thing("a", { r: ${r} }); new Thing("b", { link: a.id })`;
    await project.up(program(1));
    const { calls, result } = await project.up(program(2));
    expect(verbs(calls)).toEqual(["Create a", "Update b", "Delete a"]);
    expect(result.changes).toEqual({ same: 1, replace: 1, update: 1 });
    expect(project.ids()).toEqual(["a-2", "b-1"]);
    expect(project.thing("b-1").link).toBe("a-2");
  });

  test("delete-before-replace first deletes what cannot outlive the old one, dependents before it", async () => {
    const program = (r: number): string => `
      const a = new Thing("a", { r: ${r}, dbr: true });
      const hard = new Thing("hard", { rlink: a.id });
      new Thing("harder", { rlink: hard.id });
      new Thing("soft", { link: a.id });`;
    await project.up(program(1));
    const { calls } = await project.up(program(2));
    const order = verbs(calls);
    expect(order.slice(0, 4)).toEqual(["Delete harder", "Delete hard", "Delete a", "Create a"]);
    expect(order.slice(4).sort()).toEqual(["Create hard", "Create harder", "Update soft"]);
    expect(project.ids()).toEqual(["a-2", "hard-2", "harder-2", "soft-1"]);
  });

  test("a delete-before-replace that fails half-way is taken up again by the next run", async () => {
    await project.up(`new Thing("a", { r: 1, dbr: true })`);
    project.program(`new Thing("a", { r: 2, dbr: true, fail: "create" })`);
    expect((await project.run("up")).result.ok).toBe(false);
    expect(project.resource("a")).toMatchObject({ pendingReplacement: true });
    const { calls } = await project.up(`new Thing("a", { r: 2, dbr: true })`);
    expect(verbs(calls)).toEqual(["Create a"]);
    expect(project.stored().resources.filter(({ urn }) => urn.endsWith("::a"))).toEqual([
      expect.objectContaining({ id: "a-2" }),
    ]);
  });

  test("replaceWith and replacementTrigger replace what did not change itself", async () => {
    const program = (r: number): string => `
      const a = new Thing("a", { r: ${r} });
      new Thing("follower", {}, { replaceWith: [a], dependsOn: [a] });
      new Thing("triggered", {}, { replacementTrigger: "${r}" });`;
    await project.up(program(1));
    await project.up(program(2));
    expect(project.ids()).toEqual(["a-2", "follower-2", "triggered-2"]);
  });

  test("resources can be replaced on request", async () => {
    await project.up(`new Thing("a", {})`);
    const urn = project.resource("a")?.urn ?? "";
    await project.run("up", { replace: [urn] });
    expect(project.ids()).toEqual(["a-2"]);
  });
});

describe("deletion", () => {
  test("a protected resource is neither deleted nor replaced until its protection is taken away", async () => {
    await project.up(`new Thing("a", { r: 1 }, { protect: true })`);
    project.program(`new Thing("a", { r: 2 }, { protect: true })`);
    const replaced = await project.run("up");
    expect(errorsOf(replaced)).toMatch(/unable to replace resource .*::a"[^]*marked for protection/);
    project.program("");
    const deleted = await project.run("up");
    expect(errorsOf(deleted)).toMatch(/resource .*::a" cannot be deleted\nbecause it is protected/);
    expect(verbs([...replaced.calls, ...deleted.calls])).toEqual([]);
    await project.up(`new Thing("a", { r: 1 }, { protect: false })`);
    await project.up("");
    expect(project.ids()).toEqual([]);
  });

  test("children take over protection and retention from their parent", async () => {
    await project.up(
      `new Thing("a", {}, { parent: new Group("g", { protect: true, retainOnDelete: true }) })`,
    );
    expect(project.resource("a")).toMatchObject({ protect: true, retainOnDelete: true });
  });

  test("retainOnDelete forgets the resource and leaves it alone", async () => {
    await project.up(`new Thing("a", {}, { retainOnDelete: true })`);
    const { calls } = await project.up("");
    expect(verbs(calls)).toEqual([]);
    expect(project.ids()).toEqual(["a-1"]);
    expect(project.resource("a")).toBeUndefined();
  });

  test("what is deletedWith another needs no deletion of its own", async () => {
    await project.up(
      `const host = new Thing("host", {}); new Thing("guest", {}, { deletedWith: host, dependsOn: [host] })`,
    );
    const { calls } = await project.up("");
    expect(verbs(calls)).toEqual(["Delete host"]);
    expect(project.resource("guest")).toBeUndefined();
  });

  test("dependents go before what they depend on, also across components", async () => {
    await project.up(`
      const g = new Group("g");
      new Thing("inner", {}, { parent: g });
      new Thing("outer", {}, { dependsOn: [g] });`);
    const { calls } = await project.run("destroy");
    expect(verbs(calls)).toEqual(["Delete outer", "Delete inner"]);
    expect(project.stored().resources).toEqual([]);
  });
});

describe("identity", () => {
  test("a renamed component keeps its children, whose names may contain its own", async () => {
    const program = (name: string, options: string): string => `
      const g = new Group("${name}", ${options});
      const child = new Thing("child", {}, { parent: g });
      new Plain("${name}-part", {}, { parent: g, ignoreChanges: ["name"] });
      new Thing("user", { link: child.id });`;
    await project.up(program("old", "{}"));
    const { calls, result } = await project.up(program("new", `{ aliases: [{ name: "old" }] }`));
    expect(verbs(calls)).toEqual([]);
    expect(result.changes).toEqual({ same: 5 });
    expect(project.resource("child")?.urn).toContain("test:index:Group$");
    expect(project.resource("new-part")).toBeDefined();
    expect(project.stored().text).not.toContain("::old");
    expect((await project.run("up")).result.changes).toEqual({ same: 5 });
  });

  test("a resource can move under a parent by an alias", async () => {
    await project.up(`new Thing("a", {})`);
    const { calls } = await project.up(
      `new Thing("a", {}, { parent: new Group("g"), aliases: [{ parent: pulumi.rootStackResource }] })`,
    );
    expect(verbs(calls)).toEqual([]);
    expect(project.resource("a")).toMatchObject({ id: "a-1", parent: expect.stringMatching(/::g$/) });
  });

  test("two resources may not have one name, nor one alias", async () => {
    project.program(`new Thing("a", {}); new Thing("a", {})`);
    expect(errorsOf(await project.run("up"))).toMatch(
      /Duplicate resource URN .*::a'; try giving it a unique name/,
    );
    await project.up(`new Thing("a", {})`);
    project.program(
      `new Thing("b", {}, { aliases: [{ name: "a" }] }); new Thing("c", {}, { aliases: [{ name: "a" }] })`,
    );
    expect(errorsOf(await project.run("up"))).toMatch(
      /the alias .*::a of .* belongs to .*; remove it from one of them/,
    );
  });
});

describe("other options", () => {
  test("custom timeouts reach the provider in seconds and are stored", async () => {
    const { calls } = await project.up(
      `new Thing("a", {}, { customTimeouts: { create: "1h5m30s", delete: "40s" } })`,
    );
    expect(calls.find(({ method }) => method === "Create")?.request).toMatchObject({ timeout: 3930 });
    expect(project.resource("a")).toMatchObject({ customTimeouts: { create: 3930, delete: 40 } });
  });

  test("dependsOn a component waits for everything inside it", async () => {
    const { calls } = await project.up(`
      const g = new Group("g");
      const first = new Thing("first", {}, { parent: g });
      new Thing("second", { link: first.id }, { parent: g });
      new Thing("after", {}, { dependsOn: [g] });`);
    expect(verbs(calls)).toEqual(["Create first", "Create second", "Create after"]);
  });

  test("a resource that is only read is known, and neither changed nor deleted", async () => {
    await project.up(`new Thing("a", { x: 1 })`);
    const { calls } = await project.up(
      `new Thing("a", { x: 1 }); const seen = new Thing("seen", { name: "a" }, { id: "a-1" }); exports.x = seen.name`,
    );
    expect(verbs(calls)).toEqual(["Read seen"]);
    expect(project.resource("seen")).toMatchObject({ external: true, id: "a-1", outputs: { x: 1 } });
    expect(verbs((await project.up("")).calls)).toEqual(["Delete a"]);
  });

  test("an asset is known by the hash of its content, so only a change of the content is one", async () => {
    const program = `new Thing("a", { file: new pulumi.asset.FileAsset("./file.txt"), text: new pulumi.asset.StringAsset("hello") })`;
    project.write("file.txt", "one");
    await project.up(program);
    expect(project.resource("a")?.inputs).toMatchObject({
      text: { hash: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", text: "hello" },
    });
    expect((await project.run("up")).result.changes).toEqual({ same: 2 });
    project.write("file.txt", "two");
    expect((await project.run("up")).result.changes).toEqual({ same: 1, update: 1 });
    project.program(`new Thing("a", { file: new pulumi.asset.FileArchive("./folder") })`);
    expect(errorsOf(await project.run("preview"))).toMatch(/handles no archives; use the real Pulumi CLI/);
  });

  test("resources can be passed to others as whole: a provider sees their ids", async () => {
    await project.up(`const a = new Thing("a", {}); new Thing("b", { whole: a }); exports.whole = a`);
    expect(project.thing("b-1").whole).toBe("a-1");
    expect((await project.run("up")).result.changes).toEqual({ same: 3 });
  });

  test("import is refused for dynamic resources, before anything is done", async () => {
    project.program(`new Thing("a", {}, { import: "a-99" })`);
    const deployed = await project.run("up");
    expect(errorsOf(deployed)).toMatch(
      /'a' cannot be imported: the `import` option does not work for dynamic resources/,
    );
    expect(verbs(deployed.calls)).toEqual([]);
  });
});

describe("targets", () => {
  const program = (x: number): string => `
    const a = new Thing("a", { x: ${x} });
    new Thing("b", { x: ${x}, link: a.id });
    new Thing("c", { x: ${x} });`;

  test("only the targets change, by URN or by pattern", async () => {
    await project.up(program(1));
    project.program(program(2));
    const { calls } = await project.run("up", { targets: ["**::c"] });
    expect(verbs(calls)).toEqual(["Update c"]);
    expect(project.thing("a-1").x).toBe(1);
    expect(verbs((await project.run("up", { targets: ["**::a"], targetDependents: true })).calls)).toEqual([
      "Update a",
      "Update b",
    ]);
  });

  test("resources outside the targets are neither created nor deleted", async () => {
    await project.up(`new Thing("old", {})`);
    project.program(`new Thing("a", {}); new Thing("b", {})`);
    const { calls } = await project.run("up", { targets: ["**::a"] });
    expect(verbs(calls)).toEqual(["Create a"]);
    expect(project.resource("old")).toBeDefined();
    expect(project.resource("b")).toBeUndefined();
  });

  test("a target that needs something outside them is refused", async () => {
    project.program(program(1));
    const deployed = await project.run("up", { targets: ["**::b"] });
    expect(errorsOf(deployed)).toMatch(/::b' depends on '.*::a' which was not specified in --target list/);
    expect(verbs(deployed.calls)).toEqual([]);
  });

  test("a target that does not exist is refused", async () => {
    await project.up(program(1));
    expect(errorsOf(await project.run("up", { targets: ["urn:nothing"] }))).toMatch(
      /'urn:nothing' could not be found/,
    );
    expect(errorsOf(await project.run("destroy", { targets: ["urn:nothing"] }))).toMatch(
      /'urn:nothing' could not be found/,
    );
  });

  test("destroy takes only the targets, and their dependents only when asked to", async () => {
    await project.up(program(1));
    const refused = await project.run("destroy", { targets: ["**::a"] });
    expect(errorsOf(refused)).toMatch(/::b' will be destroyed but was not specified in --target list/);
    expect(project.ids()).toEqual(["a-1", "b-1", "c-1"]);
    await project.run("destroy", { targets: ["**::a"], targetDependents: true });
    expect(project.ids()).toEqual(["c-1"]);
  });

  test("refresh reads only the targets", async () => {
    await project.up(program(1));
    const { calls } = await project.run("refresh", { targets: ["**::c"] });
    expect(verbs(calls)).toEqual(["Read c"]);
  });
});
