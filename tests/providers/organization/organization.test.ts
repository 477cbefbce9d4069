import { OrganizationProvider } from "../../../providers/organization/provider.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

onEveryServer("An organisation", (on) => {
  const provider = new OrganizationProvider(() => on().server);

  test("gets an identifier, is renamed in place, and stays when it is destroyed", async () => {
    const warned = jest.spyOn(console, "warn").mockImplementation(() => undefined);
    const name = unique("org");
    const first = await up(provider, { name: ` ${name} ` });
    expect(first.state).toMatchObject({ name, identifier: first.id });
    expect((await up(provider, { name }, first)).did).toBe("none");
    const renamed = await up(provider, { name: `${name} b` }, first);
    expect(renamed).toMatchObject({ did: "update", id: first.id });
    expect((await refresh(provider, renamed))?.state.name).toBe(`${name} b`);
    await destroy(provider, renamed);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining("cannot delete organizations"));
    warned.mockRestore();
    expect((await up(provider, { name: `${name} b` })).id).toBe(first.id);
  });

  test("that someone renamed is found by a refresh and named again", async () => {
    const name = unique("drift");
    const first = await up(provider, { name });
    await on().server.organizations.rename(first.id, `${name} x`);
    const seen = await refresh(provider, first);
    expect(await up(provider, { name }, seen)).toMatchObject({ did: "update", diff: { diffs: ["name"] } });
    expect((await on().server.organizations.get(first.id))?.name).toBe(name);
  });

  test("of a name that several have is refused, as nothing says which is meant", async () => {
    const name = unique("twice");
    const one = await on().server.organizations.create(name);
    await on().server.organizations.create(name);
    await expect(up(provider, { name })).rejects.toThrow(new RegExp(`2 organizations.*${one.identifier}`));
  });

  test("that is not there any more is gone after a refresh", async () => {
    expect(await refresh(provider, { id: "nowhere", state: { name: "x" } })).toBeUndefined();
  });
});

describe("An organisation's name", () => {
  test.each(["bad/name", "café", "  "])("cannot be %j", (name) => {
    expect(failures(new OrganizationProvider(), { name })).toEqual([expect.stringMatching(/^name: must /)]);
  });
});
