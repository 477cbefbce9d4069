import { AlertDestinationProvider } from "../../../providers/alert-destination/provider.js";
import { privateAddressReason } from "../../../providers/base/private-address.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

const marker = "o2cqrs:orders/dev/hook";

onEveryServer("An alert destination", (on) => {
  const provider = new AlertDestinationProvider(() => on().server);
  const stored = (name: string) => on().server.alertDestinations.get(name);
  let template = "";

  beforeAll(async () => {
    template = unique("template");
    await on().server.alertTemplates.create({ name: template, type: "http", body: "{}", title: "" });
  });

  const webhook = (name: string) => ({
    type: "http",
    name,
    url: "https://hooks.example.com/alerts",
    headers: { "X-Team": "core", "X-Tier": "1" },
    template,
    marker,
  });

  test("lives from create to delete, and deploying it again changes nothing", async () => {
    const name = unique("life");
    const first = await up(provider, webhook(name));
    expect(await stored(name)).toMatchObject({ method: "post", template, headers: { "X-Team": "core" } });
    expect((await up(provider, webhook(name), first)).did).toBe("none");
    const changed = { ...webhook(name), method: "put", headers: { "X-Tier": "2" }, skipTlsVerify: true };
    const second = await up(provider, changed, first);
    expect(second.diff?.diffs).toEqual(["method", "headers.X-Team", "headers.X-Tier", "skipTlsVerify"]);
    expect(await stored(name)).toMatchObject({ method: "put", headers: { "X-Tier": "2" } });
    const after = await refresh(provider, second);
    expect((await up(provider, changed, after)).did).toBe("none");
    await destroy(provider, second);
    expect(await refresh(provider, second)).toBeUndefined();
    await destroy(provider, second);
  });

  test("with an unknown template is refused, as the server would drop the template without a word", async () => {
    const name = unique("ghost");
    await expect(up(provider, { ...webhook(name), template: "ghost" })).rejects.toThrow(
      /template ghost that does not exist[\s\S]*AlertTemplate/,
    );
    expect(await stored(name)).toBeUndefined();
  });

  test("that lost its template is found by refresh and repaired", async () => {
    const name = unique("lost");
    const first = await up(provider, webhook(name));
    await on().server.alertDestinations.update({
      name,
      type: "http",
      url: "https://hooks.example.com/alerts",
      method: "post",
      template: "ghost",
    });
    const drifted = await refresh(provider, first);
    expect(drifted?.state.template).toBe("");
    await up(provider, webhook(name), drifted);
    expect((await stored(name))?.template).toBe(template);
  });

  test("that exists is adopted by its marker, and else refused until adopt says so", async () => {
    const name = unique("there");
    await up(provider, webhook(name));
    await up(provider, { ...webhook(name), url: "https://hooks.example.com/v2" });
    expect((await stored(name))?.url).toBe("https://hooks.example.com/v2");

    const foreign = unique("foreign");
    const byHand = {
      name: foreign,
      type: "http",
      url: "https://by.example.com/hand",
      method: "post",
      template,
    } as const;
    await on().server.alertDestinations.create(byHand);
    await expect(up(provider, webhook(foreign))).rejects.toThrow(/differs in .*url/);
    await up(provider, { ...webhook(foreign), adopt: true });
    expect((await stored(foreign))?.url).toBe("https://hooks.example.com/alerts");
  });

  test("that an alert or nothing uses: its template cannot be deleted while it is there", async () => {
    const first = await up(provider, webhook(unique("user")));
    await expect(on().server.alertTemplates.delete(template)).rejects.toThrow(/in use/);
    await destroy(provider, first);
  });
});

describe("An alert destination's arguments", () => {
  const provider = new AlertDestinationProvider();
  const refused = (args: object) =>
    failures(provider, { type: "http", name: "d", url: "https://hooks.example.com", template: "t", ...args });

  test("refuse an address that newer servers would refuse only when an alert fires, with the cure", () => {
    const [failure] = refused({ url: "http://127.0.0.1:8080/hook" });
    expect(failure).toMatch(/^url: 127\.0\.0\.1 is a loopback or private address\./);
    expect(failure).toMatch(
      /v0\.90 saves such a destination.*ZO_SSRF_ALLOW_LOOPBACK.*allowPrivateAddress: true/s,
    );
    expect(refused({ url: "http://127.0.0.1:8080/hook", allowPrivateAddress: true })).toEqual([]);
  });

  test.each([
    "http://localhost/x",
    "http://10.1.2.3/",
    "http://172.20.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest",
    "http://[::1]/",
    "http://[fd00::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://alertmanager:9093/",
    "http://alertmanager.monitoring.svc/",
    "http://alertmanager.monitoring.svc.cluster.local/",
    "http://host.docker.internal/",
  ])("know %s for a private address", (url) => {
    expect(privateAddressReason(url)).toBeDefined();
  });

  test.each(["https://hooks.slack.com/services/T/B/x", "http://8.8.8.8/", "https://[2001:4860:4860::8888]/"])(
    "let %s pass",
    (url) => {
      expect(privateAddressReason(url)).toBeUndefined();
    },
  );

  test("depend on the type, and say so by property", () => {
    expect(refused({ method: "POST" })).toEqual([expect.stringMatching(/^method: /)]);
    expect(refused({ url: "not a url" })).toEqual(["url: must be an http:// or https:// address"]);
    expect(failures(provider, { type: "email", name: "d", template: "t", emails: [] })).toEqual([
      "emails: needs at least one recipient",
    ]);
    expect(failures(provider, { type: "pigeon", name: "d", template: "t" })).toEqual([
      expect.stringMatching(/^type: /),
    ]);
  });
});
