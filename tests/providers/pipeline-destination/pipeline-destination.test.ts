import { AlertDestinationProvider } from "../../../providers/alert-destination/provider.js";
import { PipelineProvider } from "../../../providers/pipeline/provider.js";
import { PipelineDestinationProvider } from "../../../providers/pipeline-destination/provider.js";
import { destroy, failures, refresh, up } from "../deploy.js";
import { onEveryServer, unique } from "../servers.js";

const url = "https://archive.example.com/ingest";

onEveryServer("A pipeline's destination", (on) => {
  const provider = new PipelineDestinationProvider(() => on().server);

  test("lives on over deploys and refreshes, changes in place, and goes", async () => {
    const name = unique("remote");
    const args = { name, url, headers: { authorization: "x" }, marker: "o2cqrs:p/s/d" };
    const first = await up(provider, args);
    expect((await up(provider, args, first)).did).toBe("none");
    expect(await refresh(provider, first)).toEqual({ id: first.id, state: first.state });
    const changed = { ...args, method: "put", outputFormat: { esbulk: { index: "i" } }, skipTlsVerify: true };
    const second = await up(provider, changed, first);
    expect(second).toMatchObject({ did: "update" });
    expect(await refresh(provider, second)).toEqual({ id: second.id, state: second.state });
    expect(await on().server.alertDestinations.list()).not.toContainEqual(expect.objectContaining({ name }));
    await destroy(provider, second);
    expect(await refresh(provider, second)).toBeUndefined();
    await destroy(provider, second);
  });

  test("is where a pipeline's remote output sends, and cannot go before the pipeline", async () => {
    const name = unique("used");
    const destination = await up(provider, { name, url });
    const pipelines = new PipelineProvider(() => on().server);
    const args = {
      name,
      source: { kind: "stream", stream: unique("source") },
      outputs: { out: { kind: "remote", destination: name, from: "source" } },
    };
    const pipeline = await up(pipelines, args);
    expect((await up(pipelines, args, await refresh(pipelines, pipeline))).did).toBe("none");
    await expect(destroy(provider, destination)).rejects.toThrow(/used by pipeline/);
    await destroy(pipelines, pipeline);
    await destroy(provider, destination);
  });

  test("writes values with a separator where the server can, and else says which release does", async () => {
    const args = { name: unique("separated"), url, outputFormat: { stringSeparated: { separator: "|" } } };
    if (!(await on().server.capabilities()).has("separatedOutputFormat"))
      await expect(up(provider, args)).rejects.toThrow(/stringSeparated; v0\.90/);
    else {
      const made = await up(provider, args);
      expect(await refresh(provider, made)).toEqual({ id: made.id, state: made.state });
    }
  });

  test("that someone else made is refused until adopt says so, and an alert's always", async () => {
    const name = unique("there");
    await up(provider, { name, url: "https://other.example.com/" });
    await expect(up(provider, { name, url })).rejects.toThrow(/differs in url[\s\S]*adopt: true/);
    await up(provider, { name, url, adopt: true });

    const template = unique("template");
    await on().server.alertTemplates.create({ name: template, type: "http", body: "{}", title: "" });
    const ofAlerts = unique("alerts");
    await up(new AlertDestinationProvider(() => on().server), {
      type: "http",
      name: ofAlerts,
      template,
      url,
    });
    await expect(up(provider, { name: ofAlerts, url, adopt: true })).rejects.toThrow(/is one of alerts/);
  });
});

describe("A pipeline destination's arguments", () => {
  test("refuse private addresses and unknown formats at the property", () => {
    const check = (args: object) => failures(new PipelineDestinationProvider(), { name: "d", url, ...args });
    expect(check({ url: "http://10.0.0.1/" })).toEqual([expect.stringMatching(/^url: 10\.0\.0\.1 is a/)]);
    expect(check({ url: "http://10.0.0.1/", allowPrivateAddress: true })).toEqual([]);
    expect(check({ outputFormat: "csv" })).toEqual([expect.stringMatching(/^outputFormat: must be "json"/)]);
  });
});
