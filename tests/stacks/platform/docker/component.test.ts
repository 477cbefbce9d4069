import { setImmediate } from "node:timers/promises";
import { type CustomResourceOptions, output, runtime, secret } from "@pulumi/pulumi";
import { DockerPlatform } from "../../../../stacks/platform/docker/component.js";

interface Upload {
  readonly file: string;
  readonly content: string;
}

interface Container {
  readonly image: string;
  readonly start?: boolean;
  readonly uploads?: readonly Upload[];
  readonly mounts: readonly { readonly source: string; readonly readOnly?: boolean }[];
  readonly envs?: readonly string[];
}

interface Registered {
  readonly inputs: Container;
  /** What was there when this was begun. */
  readonly after: readonly string[];
}

/** Fields, by the resource's name, whose change makes the resource anew whatever its provider says. */
const replacedFor = new Map<string, readonly string[]>();

/** Deploys, with one resource that takes longer than all the others together, and notes what is registered. */
async function deployed(slow: string): Promise<ReadonlyMap<string, Registered>> {
  const registered = new Map<string, Registered>();
  const made: string[] = [];
  const mocks: runtime.Mocks = {
    newResource: async ({ type, name, inputs }) => {
      const resource = `${type.split(":").at(-1)}/${name}`;
      registered.set(resource, { inputs: unwrapped(inputs) as Container, after: [...made] });
      // Whatever does not wait for the slow one is begun before it is there.
      for (let turns = 0; turns < (resource === slow ? 500 : 1); turns++) await setImmediate();
      made.push(resource);
      return { id: name, state: { ...(inputs as object), value: `generated-${name}` } };
    },
    call: () => ({}),
  };
  await runtime.setMocks(mocks, "o2cqrs", "test");
  await runtime.runInPulumiStack(() => {
    runtime.registerStackTransformation(({ name, opts }) => {
      replacedFor.set(name, (opts as CustomResourceOptions).replaceOnChanges ?? []);
      return undefined;
    });
    const platform = new DockerPlatform("platform", {
      secrets: {
        rootPassword: secret("Complexpass#123"),
        ingestToken: secret("an-ingest-token-0123456789"),
        tlsCertificate: secret("the certificate"),
        tlsKey: secret("the key"),
      },
    });
    platform.sendAs({ email: "orders@o2cqrs.internal", token: secret(output("account-token")) });
    return Promise.resolve();
  });
  // Ends when all that was begun is done.
  await runtime.disconnect();
  return registered;
}

function unwrapped(value: unknown): unknown {
  const plain: unknown = runtime.unwrapRpcSecret(value);
  if (Array.isArray(plain)) return plain.map(unwrapped);
  if (typeof plain !== "object" || plain === null) return plain;
  return Object.fromEntries(Object.entries(plain).map(([name, each]) => [name, unwrapped(each)]));
}

describe("the containers of a deployment, as Pulumi is told of them", () => {
  it.each([
    ["Container/openobserve", "its image", "RemoteImage/openobserve-image"],
    ["Container/gateway", "its image", "RemoteImage/gateway-image"],
    ["Container/gateway", "the server", "Container/openobserve"],
    ["Container/gateway", "its files", "Container/gateway-files"],
    ["Container/gateway-account", "its volume", "Volume/o2cqrs-gateway-account"],
  ])("touch %s only after %s", async (container, _, slow) => {
    expect((await deployed(slow)).get(container)?.after).toContain(slow);
  });
});

describe("what the containers of a deployment are given", () => {
  let registered: ReadonlyMap<string, Registered>;
  const container = (name: string) => registered.get(`Container/${name}`)!;

  const fileOf = (name: string, file: string): unknown =>
    JSON.parse(container(name).inputs.uploads!.find(({ file: path }) => path.endsWith(`/${file}`))!.content);

  beforeAll(async () => {
    registered = await deployed("none");
  }, 60_000);

  it("is, for the gateway, files put by one that never runs, on a volume that the gateway cannot write to", () => {
    const { start, mounts, uploads } = container("gateway-files").inputs;
    expect(start).toBe(false);
    const volume = mounts[0]!.source;
    expect(container("gateway").inputs.mounts).toContainEqual(
      expect.objectContaining({ source: volume, readOnly: true }),
    );
    expect(container("gateway").inputs.uploads).toBeUndefined();
    const files = Object.fromEntries(uploads!.map(({ file, content }) => [file.split("/").at(-1)!, content]));
    expect(Object.keys(files).sort()).toEqual([
      "gateway.js",
      "nginx.conf",
      "tls.crt",
      "tls.key",
      "tokens.json",
    ]);
    expect(files["tls.key"]).toBe("the key");
  });

  it.each(["openobserve", "gateway"])(
    "is, for %s, given anew in what the provider would only say that it has changed",
    (name) => {
      expect(replacedFor.get(name)).toEqual(["healthcheck", "tmpfs"]);
    },
  );

  it("is the token that clients send for the gateway alone, so that it can be rotated", () => {
    expect(fileOf("gateway-files", "tokens.json")).toEqual(["an-ingest-token-0123456789"]);
    expect(container("openobserve").inputs.envs!.join()).not.toMatch(/token/i);
  });

  it("is the service account for the gateway alone, on a volume of its own that is there before the account", () => {
    const { mounts, start } = container("gateway-account").inputs;
    expect(start).toBe(false);
    expect(fileOf("gateway-account", "account.json")).toEqual({
      user: "orders@o2cqrs.internal",
      credential: "account-token",
    });
    expect(container("gateway").inputs.mounts).toContainEqual(
      expect.objectContaining({ source: mounts[0]!.source, readOnly: true }),
    );
  });
});
