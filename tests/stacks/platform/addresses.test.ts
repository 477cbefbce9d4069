import { join } from "node:path";
import { configNamespace, readConfig } from "../../../stacks/config/index.js";
import { defineDocker } from "../../../stacks/platform/docker/define.js";
import { dockerOptions } from "../../../stacks/platform/docker/options.js";
import { dockerOptionsOf, kubernetesOptionsOf } from "../../../stacks/platform/index.js";
import { environment } from "../../../stacks/platform/kubernetes/environment.js";
import { kubernetesOptions } from "../../../stacks/platform/kubernetes/options.js";
import { publicUrl } from "../../../stacks/platform/public-url.js";

const folder = join(__dirname, "..", "..", "..");

/** The config of a stack whose server is reached at an address, with all that its target wants. */
function configOf(target: "docker" | "kubernetes", url: string) {
  const pem = (label: string) => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----`;
  const values = {
    target,
    url,
    user: "root@example.com",
    password: "Complexpass#123",
    ingestToken: "0123456789abcdef",
    tlsCertificate: pem("CERTIFICATE"),
    tlsKey: pem("PRIVATE KEY"),
    s3AccessKey: "access",
    s3SecretKey: "secret",
    postgresUrl: "postgres://openobserve:password@db.example.com/openobserve",
    webhookUrl: "https://alerts.example.com/openobserve",
  };
  return readConfig({
    stack: "test",
    values: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`${configNamespace}:${key}`, value]),
    ),
    env: {},
    folder,
  });
}

describe("the address of a server that the stack deploys", () => {
  it.each(["https://observe.example.com", "https://observe.example.com:8443"])(
    "is %s on a cluster when o2cqrs:url says so, for links and for the server itself",
    (url) => {
      const options = kubernetesOptions.parse(kubernetesOptionsOf(configOf("kubernetes", url)));
      expect(publicUrl(options)).toBe(url);
      expect(environment(options, "router")).toContainEqual({ name: "ZO_WEB_URL", value: url });
    },
  );

  it.each([
    "https://localhost:5443",
    "https://127.0.0.1:5443",
    "https://[::1]:5443",
    "https://observe.example.com",
  ])("is %s on one machine when o2cqrs:url says so", (url) => {
    const options = dockerOptionsOf(configOf("docker", url));
    expect(publicUrl(dockerOptions.parse(options))).toBe(url);
    const server = defineDocker(options).containers.find(({ role }) => role === "openobserve");
    expect(server?.environment.ZO_WEB_URL).toBe(url);
  });
});
