import { AlertTemplateProvider } from "../../../providers/alert-template/provider.js";
import { OpenObserve } from "../../../providers/client/index.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

onEveryServer("An alert template", (on) => {
  const provider = new AlertTemplateProvider(() => on().server);
  const body = '{"text": "{alert_name}"}';

  test("lives from create to delete, and deploying it again changes nothing", async () => {
    const name = unique("life");
    const first = await up(provider, { name, body });
    expect((await up(provider, { name, body }, first)).did).toBe("none");
    const second = await up(provider, { name, body: "{}" }, first);
    expect(second).toMatchObject({ did: "update", diff: { diffs: ["body"] } });
    expect((await on().server.alertTemplates.get(name))?.body).toBe("{}");
    const after = await refresh(provider, second);
    expect((await up(provider, { name, body: "{}" }, after)).did).toBe("none");
    await destroy(provider, second);
    expect(await refresh(provider, second)).toBeUndefined();
    await destroy(provider, second);
  });

  test("for e-mail keeps its title", async () => {
    const name = unique("mail");
    const args = { name, body, type: "email", title: "Alert {alert_name}" };
    const first = await up(provider, args);
    const after = await refresh(provider, first);
    expect((await up(provider, args, after)).did).toBe("none");
  });

  test("renamed is replaced, as the server answers 200 and keeps the name", async () => {
    const first = await up(provider, { name: unique("before"), body });
    const renamed = await up(provider, { name: unique("after"), body }, first);
    expect(renamed.did).toBe("replace");
    expect(await refresh(provider, first)).toBeUndefined();
  });

  test("that exists is adopted when it is the same, and else refused until adopt says so", async () => {
    const name = unique("there");
    await on().server.alertTemplates.create({ name, type: "http", body, title: "" });
    await up(provider, { name, body });
    await expect(up(provider, { name, body: "{}" })).rejects.toThrow(/differs in body[\s\S]*adopt: true/);
    await up(provider, { name, body: "{}", adopt: true });
    expect((await on().server.alertTemplates.get(name))?.body).toBe("{}");
  });

  test("of the organisation default is not taken for one of another, which merely sees it", async () => {
    const name = unique("shared");
    const shared = await up(provider, { name, body });
    const { identifier } = await on().server.organizations.create(unique("team"));
    const there = new OpenObserve({ ...on().connection, organization: identifier });
    const theirs = new AlertTemplateProvider(() => there);
    await expect(up(theirs, { name, body })).rejects.toThrow(/exists in the organisation default/);
    expect(await refresh(theirs, shared)).toBeUndefined();
    expect((await there.alertTemplates.list()).map((each) => each.name)).not.toContain(name);
    await there.close();
  });
});

describe("An alert template's arguments", () => {
  const provider = new AlertTemplateProvider();
  const refused = (args: object) => failures(provider, { name: "t", body: "{}", ...args });

  test("need a title for e-mail, and only there", () => {
    expect(refused({ type: "email" })).toEqual(["title: an e-mail template needs a title"]);
    expect(refused({ type: "http", title: "x" })).toEqual(["title: only an e-mail template has a title"]);
  });

  test("refuse names that the server refuses", () => {
    for (const name of ["a b", "a/b", "a:b", "a#b", "a?b", "a&b", "a%b", "a'b", 'a"b'])
      expect(refused({ name })).toEqual(["name: must not contain : # ? & % / quotes or white space"]);
    expect(refused({ name: "prebuilt_slack" })).toEqual([expect.stringMatching(/^name: .*prebuilt_/)]);
    expect(refused({ body: " " })).toEqual(["body: must not be empty"]);
  });
});
