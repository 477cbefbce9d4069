import {
  configFromEnv,
  EnvironmentError,
  identityFromEnv,
  metricIntervalFromEnv,
  otlpEndpointFromEnv,
} from "openobserve-cqrs/runtime/env";

const minimal = { OPENOBSERVE_URL: "https://o2.example.com", OPENOBSERVE_TOKEN: "s3cret-token" };

test("needs only an address and a token; the rest has the contract's defaults", () => {
  expect(configFromEnv(minimal)).toMatchObject({
    enable: true,
    baseUrl: "https://o2.example.com",
    org: "default",
    streams: { commands: "cqrs-commands", traces: "traces" },
    performance: { batchSize: 500, timeout: 10_000 },
    tracing: { samplingRate: 1 },
  });
});

test("strips every slash at the end of the address", () => {
  expect(configFromEnv({ ...minimal, OPENOBSERVE_URL: "http://localhost:5080///" }).baseUrl).toBe(
    "http://localhost:5080",
  );
});

test("reads the names of earlier set-ups only where the first name is absent", () => {
  const old = { OPENOBSERVE_BASE_URL: "http://old:5080", OPENOBSERVE_ORG: "old", OPENOBSERVE_TOKEN: "t" };
  expect(configFromEnv(old)).toMatchObject({ baseUrl: "http://old:5080", org: "old" });
  expect(configFromEnv({ ...old, OPENOBSERVE_URL: "http://new:5080" }).baseUrl).toBe("http://new:5080");
  expect(configFromEnv({ ...old, OPENOBSERVE_URL: " " }).baseUrl).toBe("http://old:5080");
});

test("names each variable that is missing or wrong, and never quotes a value", () => {
  const env = { OPENOBSERVE_URL: "s3cret-url", CQRS_SAMPLING_RATE: "2", CQRS_BATCH_SIZE: "many" };
  expect(() => configFromEnv(env)).toThrow(EnvironmentError);
  try {
    configFromEnv(env);
  } catch (error) {
    const { problems, message } = error as EnvironmentError;
    expect(problems).toEqual([
      expect.stringMatching(/^OPENOBSERVE_URL \(or OPENOBSERVE_BASE_URL\): /),
      "OPENOBSERVE_TOKEN is not set",
      expect.stringMatching(/^CQRS_BATCH_SIZE: /),
      expect.stringMatching(/^CQRS_SAMPLING_RATE: /),
    ]);
    expect(message).not.toContain("s3cret");
  }
});

test("needs nothing else when telemetry is turned off", () => {
  for (const off of ["false", "0", "no", "OFF"])
    expect(configFromEnv({ OPENOBSERVE_ENABLED: off }).enable).toBe(false);
  expect(() => configFromEnv({ ...minimal, OPENOBSERVE_ENABLED: "maybe" })).toThrow(/OPENOBSERVE_ENABLED/);
});

test("takes the identity of the process from OpenTelemetry's variables", () => {
  const env = {
    OTEL_SERVICE_NAME: "orders",
    OTEL_RESOURCE_ATTRIBUTES:
      "service.version=1.2.3,deployment.environment.name=prod,cloud.region=eu%2Dwest,cqrs.source=worker",
  };
  expect(identityFromEnv(env)).toMatchObject({
    service: "orders",
    version: "1.2.3",
    env: "prod",
    region: "eu-west",
    source: "worker",
  });
  expect(() => identityFromEnv({ OTEL_RESOURCE_ATTRIBUTES: "cqrs.source=laptop" })).toThrow(
    /OTEL_RESOURCE_ATTRIBUTES: cqrs.source must be apiserver or worker/,
  );
});

test("sends OTLP where the environment says, and else to the server's own path", () => {
  const config = configFromEnv(minimal);
  expect(otlpEndpointFromEnv(config, "traces", {})).toBe("https://o2.example.com/api/default/v1/traces");
  expect(otlpEndpointFromEnv(config, "traces", { OTLP_TRACES_ENDPOINT: "https://gw/otlp/v1/traces" })).toBe(
    "https://gw/otlp/v1/traces",
  );
});

describe("the interval of metrics", () => {
  const intervalOf = (OTEL_METRIC_EXPORT_INTERVAL: string) =>
    metricIntervalFromEnv({ OTEL_METRIC_EXPORT_INTERVAL });

  it("is that of OpenTelemetry's variable, in milliseconds", () => {
    expect([intervalOf("100"), intervalOf(" 2000 "), intervalOf("86400000")]).toEqual([
      100, 2_000, 86_400_000,
    ]);
  });

  it("is nobody's where the variable is absent or empty", () => {
    expect([metricIntervalFromEnv({}), intervalOf(""), intervalOf(" ")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(["99", "86400001", "1.5", "-1000", "1s", "often"])("is refused by name when it is %s", (value) => {
    expect(() => intervalOf(value)).toThrow(EnvironmentError);
    expect(() => intervalOf(value)).toThrow(/OTEL_METRIC_EXPORT_INTERVAL: .* from 100 to 86400000/);
  });
});
