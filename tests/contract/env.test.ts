import {
  cqrsOpenObserveConfig,
  envFallbacks,
  envNames,
  ingestEndpoint,
  otlpEndpoint,
  secretEnvNames,
  streamHeader,
  stripTrailingSlashes,
} from "@o2cqrs/contract";

describe("environment of the application", () => {
  it("has the plan's twelve names", () => {
    expect(Object.values(envNames)).toEqual(
      expect.arrayContaining([
        "OPENOBSERVE_URL",
        "OPENOBSERVE_ORGANIZATION",
        "OPENOBSERVE_TOKEN",
        "OPENOBSERVE_ENABLED",
        "CQRS_STREAM_COMMANDS",
        "CQRS_STREAM_QUERIES",
        "CQRS_STREAM_EVENTS",
        "CQRS_STREAM_METRICS",
        "CQRS_STREAM_TRACES",
        "OTLP_LOGS_ENDPOINT",
        "OTLP_METRICS_ENDPOINT",
        "OTLP_TRACES_ENDPOINT",
      ]),
    );
  });

  it("falls back to the names of earlier set-ups", () => {
    expect(envFallbacks).toEqual({
      OPENOBSERVE_URL: "OPENOBSERVE_BASE_URL",
      OPENOBSERVE_ORGANIZATION: "OPENOBSERVE_ORG",
    });
  });

  it("marks every variable that carries a credential", () => {
    expect(secretEnvNames).toEqual(Object.values(envNames).filter((name) => /TOKEN|HEADERS/.test(name)));
  });

  it("points exporters to the path that the server has, whatever the slashes", () => {
    expect(otlpEndpoint("http://localhost:5080//", "default", "traces")).toBe(
      "http://localhost:5080/api/default/v1/traces",
    );
    expect(ingestEndpoint("http://localhost:5080/", "my org", "cqrs-events")).toBe(
      "http://localhost:5080/api/my%20org/cqrs-events/_json",
    );
    expect(stripTrailingSlashes("///")).toBe("");
  });
});

describe("CQRSOpenObserveConfig", () => {
  const minimal = { baseUrl: "https://o2.example.com/", token: "t" };

  it("fills every default from the contract", () => {
    expect(cqrsOpenObserveConfig.parse(minimal)).toEqual({
      enable: true,
      baseUrl: "https://o2.example.com",
      org: "default",
      token: "t",
      streams: {
        commands: "cqrs-commands",
        queries: "cqrs-queries",
        events: "cqrs-events",
        metrics: "cqrs-metrics",
        traces: "traces",
      },
      performance: { batchSize: 500, flushInterval: 1000, maxRetries: 5, timeout: 10_000 },
      tracing: { enabled: true, samplingRate: 1 },
      alerts: { enabled: true, evaluationInterval: 60 },
    });
  });

  it.each([
    [{ performance: { batchSize: 50 } }, "performance.batchSize"],
    [{ performance: { timeout: 60_000 } }, "performance.timeout"],
    [{ tracing: { samplingRate: 2 } }, "tracing.samplingRate"],
    [{ baseUrl: "ftp://x" }, "baseUrl"],
    [{ token: "" }, "token"],
  ])("refuses %j at its path", (change, path) => {
    const { error } = cqrsOpenObserveConfig.safeParse({ ...minimal, ...change });
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  it.each<[path: string, least: number, most: number]>([
    ["performance.batchSize", 100, 1000],
    ["performance.flushInterval", 10, 60_000],
    ["performance.maxRetries", 0, 20],
    ["performance.timeout", 5000, 10_000],
    ["tracing.samplingRate", 0, 1],
    ["alerts.evaluationInterval", 10, 3600],
  ])("takes %s from %d to %d, and nothing beyond", (path, least, most) => {
    const [part = "", name = ""] = path.split(".");
    const takes = (value: number) =>
      cqrsOpenObserveConfig.safeParse({ ...minimal, [part]: { [name]: value } }).success;
    expect([least - 1, least, most, most + 1].map(takes)).toEqual([false, true, true, false]);
  });

  it("takes names and addresses as they are, and none that is empty", () => {
    const full = { ...minimal, org: "shop", user: "a@b.example", streams: { traces: "spans" } };
    expect(cqrsOpenObserveConfig.parse(full)).toMatchObject({ ...full, baseUrl: "https://o2.example.com" });
    for (const empty of [{ org: "" }, { user: "" }, { streams: { traces: "" } }])
      expect(cqrsOpenObserveConfig.safeParse({ ...full, ...empty }).success).toBe(false);
  });

  it.each([
    ["http://o2:5080", true],
    ["https://o2", true],
    ["xhttps://o2", false],
    ["httpsx://o2", false],
  ])("reaches a server by HTTP or HTTPS only: %s", (baseUrl, taken) => {
    expect(cqrsOpenObserveConfig.safeParse({ ...minimal, baseUrl }).success).toBe(taken);
  });
});

it("lets OTLP logs and traces choose their stream by the header that the server knows", () => {
  expect(streamHeader).toBe("stream-name");
});
