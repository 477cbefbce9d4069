import { gatewayTokensFile } from "../../../../stacks/platform/gateway/credentials.js";
import { nginxConfig } from "../../../../stacks/platform/gateway/nginx.js";
import { ingestPath, internalPath, shortOtlpPath } from "../../../../stacks/platform/gateway/paths.js";
import { ingestEndpoint, otlpEndpoint, streams } from "@o2cqrs/contract";

const pathOf = (url: string) => new URL(url).pathname;

describe("the gateway's paths", () => {
  it("let a token send to every endpoint that the contract hands to the application", () => {
    for (const signal of ["logs", "metrics", "traces"] as const) {
      expect(pathOf(otlpEndpoint("https://x", "default", signal))).toMatch(new RegExp(ingestPath));
      expect(`/otlp/v1/${signal}`).toMatch(new RegExp(shortOtlpPath));
    }
    for (const { name } of Object.values(streams)) {
      expect(pathOf(ingestEndpoint("https://x", "default", name))).toMatch(new RegExp(ingestPath));
    }
  });

  it.each([
    "/api/default/_search",
    "/api/default/streams",
    "/api/default/streams/s/_json/x",
    "/api/a/b/c/_json",
    "/api/default/v1/logs/x",
  ])("do not count %s as sending", (path) => {
    expect(path).not.toMatch(new RegExp(ingestPath));
  });

  it("keep the server's own metrics and node controls inside", () => {
    for (const path of ["/metrics", "/api/metrics", "/node/flush"])
      expect(path).toMatch(new RegExp(internalPath));
    expect("/api/default/metrics").not.toMatch(new RegExp(internalPath));
  });
});

describe("the gateway's configuration", () => {
  const minimal = { upstream: "server:5080", organization: "default" };

  it("is the same text for the same definition", () => {
    expect(nginxConfig(minimal)).toBe(nginxConfig({ ...minimal }));
  });

  it("ends TLS only when it is given a certificate", () => {
    expect(nginxConfig(minimal)).not.toContain("ssl");
    expect(nginxConfig({ ...minimal, tls: { certificate: "/a.crt", key: "/a.key" } })).toContain(
      "listen 8443 ssl;",
    );
  });

  it.each([
    [{ upstream: "server:5080; return 200" }, "upstream"],
    [{ organization: "a/b" }, "organization"],
    [{ script: "/x; include /etc/passwd" }, "script"],
    [{ maxBodyMegabytes: 0 }, "maxBodyMegabytes"],
  ])("refuses %j, which would change more than its own value", (change, path) => {
    expect(() => nginxConfig({ ...minimal, ...change })).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: [path] })] }),
    );
  });

  it("looks the server's name up again where its address changes when it is made anew", () => {
    expect(nginxConfig(minimal)).not.toContain("resolver");
    const text = nginxConfig({ ...minimal, resolver: "127.0.0.11" });
    expect(text).toContain("resolver 127.0.0.11 valid=2s");
    // A name in a variable is looked up when a request comes; any other when nginx starts.
    expect(text).not.toContain("http://openobserve");
  });

  it("takes no bearer token that could be guessed", () => {
    expect(() => gatewayTokensFile(["short"])).toThrow("at least 16 characters");
  });
});
