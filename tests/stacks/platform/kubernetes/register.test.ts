import { setImmediate } from "node:timers/promises";
import { output, runtime, secret } from "@pulumi/pulumi";
import { KubernetesPlatform } from "../../../../stacks/platform/kubernetes/component.js";
import { workload } from "./support.js";

interface Registered {
  readonly object: string;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** What was there when this was begun. */
  readonly after: readonly string[];
}

const registered: Registered[] = [];
/** The text under each key of each Secret. */
const secretTexts = new Map<string, Readonly<Record<string, string>>>();
const made: string[] = [];

function textsOf(data: unknown): Record<string, string> {
  const plain = runtime.unwrapRpcSecret(data) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [
      key,
      Buffer.from(runtime.unwrapRpcSecret(value) as string, "base64").toString(),
    ]),
  );
}

/** Notes what is registered, in the stead of an engine. */
const mocks: runtime.Mocks = {
  newResource: async ({ type, name, inputs }) => {
    const { metadata } = inputs as { metadata?: { annotations?: Record<string, string> } };
    const object = `${type.split(":").at(-1)}/${name}`;
    registered.push({ object, annotations: metadata?.annotations, after: [...made] });
    if (object.startsWith("Secret/")) secretTexts.set(name, textsOf((inputs as { data: unknown }).data));
    // Whatever does not wait for this one is begun before it is there.
    for (let turns = 0; turns < 20; turns++) await setImmediate();
    made.push(object);
    return { id: name, state: { ...(inputs as object), value: `generated-${name}` } };
  },
  call: () => ({}),
};

beforeAll(async () => {
  await runtime.setMocks(mocks, "o2cqrs", "test");
  const value = secret("a-secret-of-some-length");
  await runtime.runInPulumiStack(() => {
    const platform = new KubernetesPlatform("platform", {
      secrets: {
        rootPassword: value,
        ingestToken: secret("an-ingest-token-0123456789"),
        tlsCertificate: value,
        tlsKey: value,
        s3AccessKey: value,
        s3SecretKey: value,
        postgresUrl: secret("postgres://user:p%40ss@db.example.com/openobserve?sslmode=require"),
      },
    });
    platform.sendAs({ email: "orders@o2cqrs.internal", token: secret(output("account-token")) });
    return Promise.resolve();
  });
  // Ends when all that was begun is done.
  await runtime.disconnect();
}, 60_000);

const isWorkload = ({ object }: Registered) => /^(Deployment|StatefulSet)\//.test(object);
const afterOf = (object: string) => registered.find((each) => each.object === object)?.after;

describe("the objects of a deployment, as Pulumi is told of them", () => {
  it("take back what somebody has changed by hand", () => {
    const objects = registered.filter(({ annotations }) => annotations !== undefined);
    expect(objects.length).toBeGreaterThan(50);
    for (const { annotations } of objects)
      expect(annotations).toMatchObject({ "pulumi.com/patchForce": "true" });
  });

  it("wait for the account without which a workload makes no pods", () => {
    const workloads = registered.filter(isWorkload);
    expect(workloads).toHaveLength(7);
    for (const { object, after } of workloads)
      expect(after).toContain(`ServiceAccount/${object.split("/")[1]}`);
  });

  it("go on to the next role when the one before is ready", () => {
    expect(afterOf("Deployment/openobserve-alertmanager")).toContain("Deployment/openobserve-compactor");
    expect(afterOf("StatefulSet/openobserve-querier")).toContain("Deployment/openobserve-alertmanager");
    expect(afterOf("StatefulSet/openobserve-ingester")).toContain("StatefulSet/openobserve-querier");
    expect(afterOf("Deployment/openobserve-router")).toContain("StatefulSet/openobserve-ingester");
    expect(afterOf("Deployment/openobserve-gateway")).toContain("Deployment/openobserve-router");
  });
});

describe("the database's connection string", () => {
  it("stands in its secret whole, and in its parts as libpq takes them", () => {
    expect(secretTexts.get("openobserve-postgres")).toEqual({
      uri: "postgres://user:p%40ss@db.example.com/openobserve?sslmode=require",
      host: "db.example.com",
      port: "5432",
      username: "user",
      password: "p@ss",
      dbname: "openobserve",
      sslmode: "require",
      sslrootcert: "",
      channel_binding: "prefer",
      options: "",
    });
  });
});

describe("the token that clients send", () => {
  it("stands in the gateway's file alone, so that it can be rotated", () => {
    const { "tokens.json": tokens, ...others } = secretTexts.get("openobserve-gateway-tokens")!;
    expect(others).toEqual({});
    expect(JSON.parse(tokens!)).toEqual(["an-ingest-token-0123456789"]);
    const elsewhere = [...secretTexts].filter(([name]) => name !== "openobserve-gateway-tokens");
    expect(JSON.stringify(elsewhere)).not.toContain("an-ingest-token");
  });

  it("stands for the service account, in a secret that the gateway's pods start without", () => {
    const { "account.json": account } = secretTexts.get("openobserve-gateway-account")!;
    expect(JSON.parse(account!)).toEqual({ user: "orders@o2cqrs.internal", credential: "account-token" });
    expect(workload("gateway").spec.template.spec.volumes).toContainEqual({
      name: "account",
      secret: { secretName: "openobserve-gateway-account", defaultMode: 0o440, optional: true },
    });
  });
});
