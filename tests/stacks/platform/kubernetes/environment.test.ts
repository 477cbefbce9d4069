import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openObserveVersions } from "@o2cqrs/contract";
import { environment } from "../../../../stacks/platform/kubernetes/environment.js";
import { roles } from "../../../../stacks/platform/kubernetes/names.js";
import { kubernetesOptions } from "../../../../stacks/platform/kubernetes/options.js";
import { profiles } from "./support.js";

const known = JSON.parse(readFileSync(join(__dirname, "openobserve-variables.json"), "utf8")) as {
  versions: Record<string, string[]>;
};

const options = [
  kubernetesOptions.parse({}),
  kubernetesOptions.parse(profiles.everything),
  kubernetesOptions.parse({ storage: { access: "identity", endpoint: "https://store.example.com" } }),
];
const isKubernetes = (name: string) => name.startsWith("K8S_");

describe.each(openObserveVersions.tested)("the environment of each role, for OpenObserve %s", (version) => {
  it.each(roles)("has for %s only variables that the server reads", (role) => {
    for (const each of options) {
      const names = environment(each, role).map(({ name }) => name);
      expect(names.filter((name) => !isKubernetes(name) && !known.versions[version]!.includes(name))).toEqual(
        [],
      );
      expect(names).toEqual([...new Set(names)]);
    }
  });
});

describe("the environment of every role", () => {
  const values = (role: (typeof roles)[number], index = 0) =>
    Object.fromEntries(
      environment(options[index]!, role).map((variable) => [
        variable.name,
        "value" in variable ? variable.value : variable.valueFrom,
      ]),
    );

  it("differs in the role alone", () => {
    for (const role of roles) expect(values(role)).toEqual({ ...values("router"), ZO_NODE_ROLE: role });
  });

  it("gives no address to listen on, which each node would tell the others as its own", () => {
    for (const role of roles) {
      expect(values(role)).not.toHaveProperty("ZO_HTTP_ADDR");
      expect(values(role)).not.toHaveProperty("ZO_GRPC_ADDR");
    }
  });

  it("takes every credential from a secret", () => {
    const credentials = Object.entries(values("ingester")).filter(([name]) =>
      /PASSWORD|TOKEN|_DSN|SALT|_KEY$/.test(name),
    );
    expect(credentials.map(([name]) => name).sort()).toEqual([
      "ZO_EXT_AUTH_SALT",
      "ZO_INTERNAL_GRPC_TOKEN",
      "ZO_META_POSTGRES_DSN",
      "ZO_NATS_PASSWORD",
      "ZO_ROOT_USER_PASSWORD",
      "ZO_S3_ACCESS_KEY",
      "ZO_S3_SECRET_KEY",
    ]);
    for (const [, value] of credentials) expect(value).toHaveProperty("secretKeyRef");
  });

  it("has no keys of the object store where the cloud gives the pods an identity", () => {
    expect(values("ingester", 2)).not.toHaveProperty("ZO_S3_ACCESS_KEY");
    expect(values("ingester", 2).ZO_S3_SERVER_URL).toBe("https://store.example.com");
  });
});
