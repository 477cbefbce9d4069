import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ConfigError, configKeys, readConfig } from "../../../stacks/config/index.js";
import { nearest } from "../../../stacks/config/nearest.js";

const root = join(__dirname, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "o2cqrs-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const enough = {
  url: "https://observe.example.com/",
  user: "deploy@example.com",
  password: "s3cret-password",
  webhookUrl: "https://alerts.example.com/hook?key=s3cret-hook",
};

const namespaced = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`o2cqrs:${key}`, value]));

const read = (values: Record<string, string>, stack = "dev", env: Record<string, string> = {}) =>
  readConfig({ stack, values: namespaced(values), env, folder });

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("a stack's config", () => {
  it("needs an address, credentials and somebody to tell of alerts; the rest has defaults", () => {
    expect(read(enough)).toMatchObject({
      target: "existing",
      url: "https://observe.example.com",
      organization: "default",
      environment: "dev",
      serviceName: "backend",
      serviceAccount: "backend-dev@o2cqrs.internal",
      samplingRate: 1,
      alertsEnabled: true,
      evaluationIntervalSeconds: 60,
      allowPrivateReceivers: false,
      adopt: false,
    });
  });

  it("takes structured values as Pulumi gives them", () => {
    const config = read({
      ...enough,
      retentionDays: '{"commands":7,"traces":3}',
      emailRecipients: '["oncall@example.com"]',
      samplingRate: "0.25",
      performance: '{"batchSize":1000}',
      alertsEnabled: "false",
    });
    expect(config).toMatchObject({
      retentionDays: { commands: 7, traces: 3 },
      emailRecipients: ["oncall@example.com"],
      samplingRate: 0.25,
      performance: { batchSize: 1000, timeout: 10_000 },
      alertsEnabled: false,
    });
  });

  it("counts an empty text as not set, as Pulumi.yaml's defaults are", () => {
    expect(read({ ...enough, organization: "", environment: "", slackUrl: "" })).toMatchObject({
      organization: "default",
      environment: "dev",
    });
  });

  it("takes the connection from the environment where config has none", () => {
    const env = {
      O2CQRS_URL: "https://env.example.com",
      O2CQRS_USER: "u@example.com",
      O2CQRS_PASSWORD: "p",
    };
    expect(read({ webhookUrl: enough.webhookUrl }, "dev", env).url).toBe("https://env.example.com");
  });

  it("sends the local target's alerts to this machine and accepts that it is one", () => {
    expect(read({ ...enough, target: "local", webhookUrl: "" }, "local")).toMatchObject({
      webhookUrl: "http://127.0.0.1:5081/alerts",
      allowPrivateReceivers: true,
    });
  });
});

describe("mistakes in a stack's config", () => {
  it("in a key's name are told with the key that was meant", () => {
    expect(problemsOf(() => read({ ...enough, organisation: "acme" }))).toEqual([
      "o2cqrs:organisation is not a key; did you mean o2cqrs:organization? " +
        "Remove it: pulumi config rm o2cqrs:organisation -s dev",
    ]);
  });

  it("in a key's name that resembles nothing are told all the same", () => {
    expect(problemsOf(() => read({ ...enough, xyzzyplugh: "1" }))[0]).toMatch(
      /^o2cqrs:xyzzyplugh is not a key /,
    );
  });

  it("in other tools' namespaces are none of ours", () => {
    const values = { ...namespaced(enough), "aws:region": "eu-central-1" };
    expect(() => readConfig({ stack: "dev", values, env: {}, folder })).not.toThrow();
  });

  it("are told all at once, each with the command that puts it right", () => {
    const problems = problemsOf(() =>
      read({
        target: "nowhere",
        samplingRate: "1.5",
        evaluationIntervalSeconds: "soon",
        retentionDays: '{"commands":1,"comands":30}',
        webhookUrl: "ftp://x",
        typo: "1",
      }),
    );
    const text = problems.join("\n");
    for (const key of [
      "target",
      "samplingRate",
      "evaluationIntervalSeconds",
      "retentionDays",
      "webhookUrl",
      "typo",
    ])
      expect(text).toContain(`o2cqrs:${key}`);
    expect(text).toContain("pulumi config set o2cqrs:target existing");
    expect(text).toContain("pulumi config set --secret o2cqrs:webhookUrl");
    expect(text).toContain("pulumi config set --path 'o2cqrs:retentionDays.commands' 30");
    expect(text).toContain("comands");
    expect(text).toContain("pulumi config set o2cqrs:url https://observe.example.com");
    expect(text).toContain("pulumi config set o2cqrs:samplingRate 0.1 -s dev");
  });

  it("include credentials that are not given, with the command that gives them to this stack", () => {
    const [problem] = problemsOf(() => read({ ...enough, password: "" }, "prod"));
    expect(problem).toContain(
      "pulumi config set --secret o2cqrs:password -s prod   (or set O2CQRS_PASSWORD)",
    );
  });

  it("never show a value, which may be a secret", () => {
    const message = problemsOf(() =>
      read({ ...enough, webhookUrl: "s3cret-hook", pagerDutyUrl: "s3cret" }),
    ).join();
    expect(message).not.toContain("s3cret");
  });

  it("include a secret in plain text", () => {
    const values = namespaced(enough);
    const isSecret = (key: string) => key !== "o2cqrs:password";
    expect(problemsOf(() => readConfig({ stack: "dev", values, env: {}, folder, isSecret }))).toEqual([
      "o2cqrs:password stands in plain text. Encrypt it: pulumi config set --secret o2cqrs:password -s dev",
    ]);
  });

  it("include production without https, by the stack's name or by its environment", () => {
    const plain = { ...enough, url: "http://observe.example.com" };
    for (const act of [() => read(plain, "prod"), () => read({ ...plain, environment: "production" })])
      expect(problemsOf(act)[0]).toContain("by https only");
    expect(() => read(plain, "dev")).not.toThrow();
  });

  it("include alerts that nobody would hear of", () => {
    const quiet = { url: enough.url, user: enough.user, password: enough.password };
    expect(problemsOf(() => read(quiet))[0]).toContain("nobody would hear");
    expect(() => read({ ...quiet, alertsEnabled: "false" })).not.toThrow();
    expect(() => read({ ...quiet, emailRecipients: '["a@example.com"]' })).not.toThrow();
  });
});

describe("the nearest key", () => {
  it("is the one with the fewest edits", () => {
    expect(nearest("slackurl", Object.keys(configKeys))).toBe("slackUrl");
    expect(nearest("retention", Object.keys(configKeys))).toBe("retentionDays");
    expect(nearest("qqqqqq", Object.keys(configKeys))).toBeUndefined();
  });
});

interface Declared {
  readonly description: string;
  readonly type: string;
  readonly default: unknown;
}

describe("Pulumi.yaml", () => {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, Declared>;
  };

  it("declares every key, as the program takes it", () => {
    const declared = Object.entries(project.config).map(([key, { description, type }]) => [
      key,
      { description, type },
    ]);
    const taken = Object.entries(configKeys).map(([key, { description, type }]) => [
      key,
      { description, type },
    ]);
    expect(declared).toEqual(taken);
  });

  it("has the program's defaults, so that a stack reads the same with and without the real CLI", () => {
    for (const [key, { schema }] of Object.entries(configKeys)) {
      const given = project.config[key]?.default;
      const text = typeof given === "string" ? given : JSON.stringify(given);
      expect({ key, value: schema.parse(text) }).toEqual({ key, value: schema.parse(undefined) });
    }
  });
});

const pem = (label: string) => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----`;

/** Every secret that a platform may want. */
const platformSecrets = {
  password: "Complexpass#123",
  ingestToken: "0123456789abcdef",
  tlsCertificate: pem("CERTIFICATE"),
  tlsKey: pem("PRIVATE KEY"),
  s3AccessKey: "access",
  s3SecretKey: "secret",
  postgresUrl: "postgres://openobserve:p%40ss@db.example.com/openobserve",
};

describe("a stack that deploys its server", () => {
  const docker = { ...enough, ...platformSecrets, target: "docker" };
  const kubernetes = { ...docker, target: "kubernetes" };
  const without = (values: Record<string, string>, ...left: string[]) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => !left.includes(key)));

  it.each([
    ["docker", docker, ["ingestToken", "tlsCertificate", "tlsKey"]],
    ["kubernetes", kubernetes, Object.keys(without(platformSecrets, "password"))],
  ])("to %s is told of each missing secret with the command that sets it", (target, values, needed) => {
    expect(read(values).target).toBe(target);
    const files: Record<string, string> = {
      tlsCertificate: " < tls.crt (npx o2cqrs certificate -s dev makes one)",
      tlsKey: " < tls.key",
    };
    for (const name of needed)
      expect(problemsOf(() => read(without(values, name)))).toEqual([
        `o2cqrs:target ${target} needs o2cqrs:${name}. ` +
          `Set it: pulumi config set --secret o2cqrs:${name} -s dev${files[name] ?? ""}`,
      ]);
  });

  it("needs no keys where an identity, a certificate's issuer or an operator stands in for them", () => {
    const settings = {
      storage: { access: "identity" },
      ingress: { clusterIssuer: "letsencrypt" },
      postgres: { mode: "operator" },
    };
    const rest = without(kubernetes, "s3AccessKey", "s3SecretKey", "tlsCertificate", "tlsKey", "postgresUrl");
    expect(() => read({ ...rest, kubernetes: JSON.stringify(settings) })).not.toThrow();
  });

  it("keeps its platform's settings as given, and names a misspelt one by its path", () => {
    const given = { storage: { bucket: "telemetry" } };
    expect(read({ ...kubernetes, kubernetes: JSON.stringify(given) }).kubernetes).toEqual(given);
    const problems = problemsOf(() =>
      read({
        ...kubernetes,
        kubernetes: '{"storage":{"buckett":"x"},"size":"huge"}',
        docker: '{"memori":1}',
      }),
    ).join("\n");
    expect(problems).toMatch(/o2cqrs:kubernetes\.storage: .*buckett/);
    expect(problems).toContain("o2cqrs:kubernetes.size");
    expect(problems).toMatch(/o2cqrs:docker: .*memori/);
  });

  it("is refused a root user whom the server would refuse, and a way in without TLS", () => {
    const problems = problemsOf(() =>
      read({ ...docker, password: "weak", user: "root", url: "http://localhost:5443" }),
    );
    expect(problems.map((problem) => problem.split(/[: ]/, 2).join(":"))).toEqual([
      "o2cqrs:url",
      "o2cqrs:user",
      "o2cqrs:password",
    ]);
    expect(problemsOf(() => read({ ...docker, auth: "bearer", token: "t" }))[0]).toContain("must be basic");
  });
});

describe.each(["dev", "prod", "local"])("Pulumi.%s.yaml", (stack) => {
  const { config } = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };

  const values = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );

  if (stack !== "local")
    it("names in one go every secret that it lacks, each with its command", () => {
      const problems = problemsOf(() => readConfig({ stack, values, env: {}, folder })).join("\n");
      const set = [...problems.matchAll(/pulumi config set --secret o2cqrs:(\w+) -s (\w+)/g)];
      const store = ["postgresUrl", "s3AccessKey", "s3SecretKey"];
      expect(set.map(([, name]) => name).sort()).toEqual(
        [
          ...["ingestToken", "password", "tlsCertificate", "tlsKey", "webhookUrl"],
          ...(stack === "prod" ? store : []),
        ].sort(),
      );
      for (const [, , named] of set) expect(named).toBe(stack);
    });

  it("is valid as it stands but for secrets, of which it holds none", () => {
    const secrets = namespaced({ webhookUrl: enough.webhookUrl, ...platformSecrets });
    const env = { O2CQRS_URL: "http://127.0.0.1:5080", O2CQRS_USER: "root@example.com" };
    expect(readConfig({ stack, values: { ...values, ...secrets }, env, folder }).stack).toBe(stack);
    for (const [key, { secret = false }] of Object.entries<{ secret?: boolean }>(configKeys))
      if (secret) expect(config).not.toHaveProperty([`o2cqrs:${key}`]);
  });
});
