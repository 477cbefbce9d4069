import { FunctionProvider } from "../../../providers/function/provider.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

const marker = "o2cqrs:orders/dev/mask";
const upper = '.level = upcase(string(.level) ?? "")\n.';
const lower = '.level = downcase(string(.level) ?? "")\n.';

onEveryServer("A function", (on) => {
  const provider = new FunctionProvider(() => on().server);
  const stored = async (name: string) => (await on().server.functions.get(name))?.function;

  test("lives from create to delete, and deploying it again changes nothing", async () => {
    const name = unique("life");
    const first = await up(provider, { name, vrl: upper, marker });
    expect((await up(provider, { name, vrl: upper, marker }, first)).did).toBe("none");
    const second = await up(provider, { name, vrl: lower, marker }, first);
    expect(second).toMatchObject({ did: "update", diff: { diffs: ["vrl"] } });
    expect(await stored(name)).toContain("downcase");
    await destroy(provider, second);
    expect(await stored(name)).toBeUndefined();
    await destroy(provider, second);
  });

  test("whose text the server completes and trims does not differ afterwards", async () => {
    const name = unique("dot");
    const vrl = "\n.a = 1\n";
    const first = await up(provider, { name, vrl, marker });
    expect(await stored(name)).toMatch(/\.a = 1 \n \.$/);
    const after = await refresh(provider, first);
    expect(after?.state.vrl).toBe(vrl);
    expect((await up(provider, { name, vrl, marker }, after)).did).toBe("none");
  });

  test("that does not compile is refused with the compiler's message", async () => {
    await expect(
      up(provider, { name: unique("bad"), vrl: "if (.user_email) { .x = 1 }\n." }),
    ).rejects.toThrow(/non-boolean predicate/);
  });

  test("renamed is replaced, as a rename by the server makes a second one", async () => {
    const before = unique("before");
    const after = unique("after");
    const renamed = await up(
      provider,
      { name: after, vrl: upper },
      await up(provider, { name: before, vrl: upper }),
    );
    expect(renamed).toMatchObject({ did: "replace", id: after });
    expect(await stored(before)).toBeUndefined();
  });

  test("changed by hand is found by refresh and repaired; deleted by hand, it is gone", async () => {
    const name = unique("drift");
    const first = await up(provider, { name, vrl: upper, marker });
    await on().server.functions.update(name, lower);
    const drifted = await refresh(provider, first);
    expect(drifted?.state.vrl).toBe(lower);
    expect((await up(provider, { name, vrl: upper, marker }, drifted)).did).toBe("update");
    expect(await stored(name)).toContain("upcase");
    await on().server.functions.delete(name);
    expect(await refresh(provider, first)).toBeUndefined();
  });

  describe("that exists already", () => {
    test("is adopted when it is the same", async () => {
      const name = unique("same");
      await on().server.functions.create(name, upper);
      await up(provider, { name, vrl: upper, marker });
      expect(await stored(name)).toBe(upper);
    });

    test("is adopted and brought up to date when a crashed deployment of this resource made it", async () => {
      const name = unique("crash");
      await up(provider, { name, vrl: upper, marker });
      expect((await up(provider, { name, vrl: lower, marker })).did).toBe("create");
      expect(await stored(name)).toContain("downcase");
    });

    test("is refused when it differs, naming the fields and the cure", async () => {
      const name = unique("other");
      await on().server.functions.create(name, upper);
      await expect(up(provider, { name, vrl: lower, marker })).rejects.toThrow(
        /was not made by this stack and differs in vrl[\s\S]*adopt: true/,
      );
      expect(await stored(name)).toBe(upper);
      await up(provider, { name, vrl: lower, marker, adopt: true });
      expect(await stored(name)).toContain("downcase");
    });

    test("is refused when it is another resource's, even if it is the same", async () => {
      const name = unique("theirs");
      await up(provider, { name, vrl: upper, marker: "o2cqrs:orders/dev/old-name" });
      await expect(up(provider, { name, vrl: upper, marker })).rejects.toThrow(
        /belongs to o2cqrs:orders\/dev\/old-name[\s\S]*alias/,
      );
    });
  });
});

describe("A function's arguments", () => {
  const provider = new FunctionProvider();

  test("need a name and a program", () => {
    expect(failures(provider, { name: " ", vrl: "\n" })).toEqual([
      "name: must not be empty",
      "vrl: must not be empty",
    ]);
  });
});
