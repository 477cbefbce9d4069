import { tmpdir } from "node:os";
import { envNames, resourceAttributes, streams } from "@o2cqrs/contract";
import { readConfig } from "../../stacks/config/index.js";
import { applicationEnv } from "../../stacks/outputs.js";
import { configFromEnv, identityFromEnv, otlpEndpointFromEnv } from "../../runtime/env/index.js";

const token = "t+k/n=";

function envOf(config: Record<string, string> = {}) {
  const given = {
    url: "https://observe.example.com/base/",
    organization: "acme",
    user: "deploy@example.com",
    password: "p",
    alertsEnabled: "false",
    environment: "staging",
    region: "eu-central-1",
    serviceName: "orders",
    ...config,
  };
  const values = Object.fromEntries(Object.entries(given).map(([key, value]) => [`o2cqrs:${key}`, value]));
  return applicationEnv(readConfig({ stack: "staging", values, env: {}, folder: tmpdir() }), token);
}

describe("the application's environment", () => {
  it("holds every variable of the contract and nothing else", () => {
    expect(Object.keys(envOf()).sort()).toEqual(Object.values(envNames).sort());
  });

  it("is what the runtime reads: server, account, streams, limits and sampling", () => {
    const env = envOf({ samplingRate: "0.25", performance: '{"batchSize":1000,"timeout":5000}' });
    expect(configFromEnv(env)).toMatchObject({
      enable: true,
      baseUrl: "https://observe.example.com/base",
      org: "acme",
      user: "orders-staging@o2cqrs.internal",
      token,
      streams: {
        commands: streams.commands.name,
        queries: streams.queries.name,
        events: streams.events.name,
        metrics: streams.metrics.name,
        traces: streams.traces.name,
      },
      performance: { batchSize: 1000, flushInterval: 1000, maxRetries: 5, timeout: 5000 },
      tracing: { enabled: true, samplingRate: 0.25 },
      alerts: { enabled: false, evaluationInterval: 60 },
    });
  });

  it("says who the service is", () => {
    expect(identityFromEnv(envOf({ serviceVersion: "1.4.2" }))).toMatchObject({
      service: "orders",
      version: "1.4.2",
      env: "staging",
      region: "eu-central-1",
    });
    expect(envOf().OTEL_RESOURCE_ATTRIBUTES).not.toContain(resourceAttributes.version);
  });

  it("sends each signal where the server takes it, by the plan's and OpenTelemetry's names alike", () => {
    const env = envOf();
    for (const signal of ["logs", "metrics", "traces"] as const) {
      const address = `https://observe.example.com/base/api/acme/v1/${signal}`;
      expect(otlpEndpointFromEnv(configFromEnv(env), signal, env)).toBe(address);
      expect(env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT` as keyof typeof env]).toBe(address);
    }
    expect(env.OTEL_EXPORTER_OTLP_PROTOCOL).toBe("http/protobuf");
  });

  it("carries the account's credentials and the traces' stream in percent-encoded headers", () => {
    const headers = (list: string) =>
      Object.fromEntries(
        list.split(",").map((pair) => {
          const [name = "", value = ""] = pair.split("=").map(decodeURIComponent);
          return [name, value] as const;
        }),
      );
    const basic = Buffer.from(`orders-staging@o2cqrs.internal:${token}`).toString("base64");
    expect(headers(envOf().OTEL_EXPORTER_OTLP_HEADERS)).toEqual({ authorization: `Basic ${basic}` });
    expect(headers(envOf().OTEL_EXPORTER_OTLP_TRACES_HEADERS)).toEqual({
      authorization: `Basic ${basic}`,
      "stream-name": streams.traces.name,
    });
  });
});
