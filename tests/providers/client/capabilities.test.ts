import { capabilitiesOf, UnsupportedError } from "@o2cqrs/providers/client";
import { answer, mocked } from "./mocked.js";

describe("A server's capabilities", () => {
  test("follow from its version", () => {
    const old = capabilitiesOf("v0.60.5");
    const recent = capabilitiesOf("v0.90.3");
    expect([old.has("pipelineGet"), recent.has("pipelineGet")]).toEqual([false, true]);
    expect([old.has("serviceAccountTokenReadable"), recent.has("serviceAccountTokenReadable")]).toEqual([
      true,
      false,
    ]);
    expect([old.has("deleteMissingAlertIs404"), recent.has("deleteMissingAlertIs404")]).toEqual([
      false,
      true,
    ]);
    expect(capabilitiesOf("v0.92.2").has("bloomFilterImpliesIndex")).toBe(true);
  });

  test("name the feature and the version that has it when one is missing", () => {
    const missing = () => capabilitiesOf("v0.60.5").require("ingestionTokens");
    expect(missing).toThrow(UnsupportedError);
    expect(missing).toThrow(/OpenObserve v0\.60\.5 does not support ingestion tokens; v0\.92\.0 has it/);
    expect(() => capabilitiesOf("v0.92.2").require("ingestionTokens")).not.toThrow();
  });

  test.each([
    ["v0.60.4", true],
    ["v0.60.5", false],
    ["v0.75.0-rc1", false],
    ["v0.92.2", false],
    ["v0.92.9", false],
    ["v0.93.0", true],
    ["nightly", true],
  ])("of %s warn outside the tested range: %s", (version, warns) => {
    const { warning } = capabilitiesOf(version);
    expect(warning !== undefined).toBe(warns);
    if (warns) expect(warning).toMatch(/v0\.60\.5 to v0\.92\.2/);
  });

  test("are asked for once, and a warning is given once", async () => {
    const warn = jest.fn();
    const { server, pool, agent } = mocked({ warn });
    answer(pool, { method: "GET", path: "/config" }, 200, { version: "v1.0.0" });
    await Promise.all([server.capabilities(), server.capabilities()]);
    expect((await server.capabilities()).version).toBe("v1.0.0");
    expect(warn).toHaveBeenCalledTimes(1);
    agent.assertNoPendingInterceptors();
  });

  test("are asked for again after a failure", async () => {
    const { server, pool } = mocked({ retries: 0 });
    answer(pool, { method: "GET", path: "/config" }, 503);
    await expect(server.capabilities()).rejects.toThrow(/503/);
    answer(pool, { method: "GET", path: "/config" }, 200, { version: "v0.90.3" });
    expect((await server.capabilities()).version).toBe("v0.90.3");
  });

  test("of a server behind a gateway that hides /config are those of the newest", async () => {
    const warn = jest.fn();
    const { server, pool } = mocked({ warn });
    answer(pool, { method: "GET", path: "/config" }, 404);
    expect((await server.capabilities()).has("pipelineGet")).toBe(true);
    expect(warn).toHaveBeenCalled();
  });
});
