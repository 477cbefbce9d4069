import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openObserveVersions } from "@o2cqrs/contract";
import { composeFolder } from "../../../../stacks/platform/docker/compose.js";
import { defineDocker } from "../../../../stacks/platform/docker/define.js";
import { type ContainerDefinition } from "../../../../stacks/platform/docker/definition.js";
import { type DockerOptions } from "../../../../stacks/platform/docker/options.js";

const known = JSON.parse(
  readFileSync(join(__dirname, "..", "kubernetes", "openobserve-variables.json"), "utf8"),
) as { versions: Record<string, string[]> };

const byRole = (options: DockerOptions = {}) =>
  Object.fromEntries(
    defineDocker(options).containers.map((container) => [container.role, container]),
  ) as Record<"openobserve" | "gateway" | "objectStore", ContainerDefinition>;

describe("the deployment on one machine", () => {
  it("runs the product's default release behind the gateway", () => {
    const { containers } = defineDocker({});
    expect(containers.map(({ role }) => role)).toEqual(["openobserve", "gateway"]);
    expect(byRole().openobserve.image).toBe(
      `public.ecr.aws/zinclabs/openobserve:${openObserveVersions.default}`,
    );
  });

  it("publishes the gateway alone, on loopback unless told otherwise", () => {
    expect(byRole().openobserve.ports).toEqual([]);
    expect(byRole().gateway.ports).toEqual([{ host: "127.0.0.1", hostPort: 5443, containerPort: 8443 }]);
    expect(byRole({ bindAddress: "0.0.0.0", port: 443 }).gateway.ports[0]).toMatchObject({
      host: "0.0.0.0",
      hostPort: 443,
    });
  });

  it("runs nothing as root", () => {
    for (const { user } of defineDocker({ objectStore: true }).containers)
      expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it("refuses images without a release, and holds to a digest when given one", () => {
    const repository = "registry.example.com/openobserve";
    expect(() => defineDocker({ images: { openobserve: { repository, tag: "latest" } } })).toThrow(
      "name a release",
    );
    const digest = `sha256:${"0".repeat(64)}`;
    expect(byRole({ images: { openobserve: { repository, tag: "v1", digest } } }).openobserve.image).toBe(
      `${repository}:v1@${digest}`,
    );
  });

  it("keeps data in an object store beside the server when asked to, which starts first", () => {
    const { openobserve, objectStore } = byRole({ objectStore: true });
    expect(openobserve.after).toEqual(["objectStore"]);
    expect(openobserve.environment.ZO_S3_SERVER_URL).toBe(`http://${objectStore.name}:9000`);
    expect(byRole().openobserve.environment).not.toHaveProperty("ZO_S3_SERVER_URL");
  });

  it("asks nothing of the server's image but the server, as a release's has neither shell nor curl", () => {
    const { openobserve } = byRole();
    expect(openobserve.healthcheck.command[0]).toBe("/openobserve");
    expect(openobserve).not.toHaveProperty("command");
  });

  it("leaves the server's guard against private receivers on unless it is switched off on purpose", () => {
    expect(byRole().openobserve.environment).not.toHaveProperty("ZO_SSRF_ALLOW_LOOPBACK");
    expect(byRole({ allowLoopbackReceivers: true }).openobserve.environment).toHaveProperty(
      "ZO_SSRF_ALLOW_LOOPBACK",
    );
  });

  it("has a record on disk before it is answered, so that a killed server loses none", () => {
    expect(byRole().openobserve.environment.ZO_WAL_FSYNC_DISABLED).toBe("false");
  });

  it.each(openObserveVersions.tested)(
    "gives the server only variables that OpenObserve %s reads",
    (version) => {
      const unknown = Object.keys(byRole({ objectStore: true }).openobserve.environment).filter(
        (name) => !known.versions[version]!.includes(name),
      );
      expect(unknown).toEqual([]);
    },
  );

  it("creates no organisation because somebody mistyped a path", () => {
    expect(byRole().openobserve.environment.ZO_CREATE_ORG_THROUGH_INGESTION).toBe("false");
  });

  it("gives each role a user of its own, as the kernel counts processes by user", () => {
    const users = defineDocker({ objectStore: true }).containers.map(({ user }) => user);
    expect(new Set(users).size).toBe(users.length);
  });

  it("holds no secret: it names them", () => {
    const { openobserve, gateway } = byRole();
    expect(openobserve.environment.ZO_ROOT_USER_PASSWORD).toEqual({ secret: "rootPassword" });
    expect(gateway.account!.files).toEqual({ "account.json": { secret: "gatewayAccount" } });
    expect(
      Object.entries(gateway.files!.files).flatMap(([name, text]) =>
        typeof text === "string" ? [] : [name],
      ),
    ).toEqual(["tokens.json", "tls.crt", "tls.key"]);
    expect(gateway.environment).toEqual({});
  });

  it("lets several deployments live on one machine", () => {
    const names = (name: string) => {
      const { network, volumes, containers } = defineDocker({ name, objectStore: true });
      return [network, ...volumes, ...containers.map((container) => container.name)];
    };
    expect(names("a").filter((taken) => names("b").includes(taken))).toEqual([]);
  });
});

describe("the same deployment for Compose", () => {
  const { document, files, laterFiles, secretFiles, variables } = composeFolder(
    defineDocker({ objectStore: true }),
  );
  const services = document.services as Record<string, Record<string, unknown>>;

  it("has every container with the limits and hardening of the definition", () => {
    expect(Object.keys(services)).toEqual(["objectStore", "openobserve", "gateway"]);
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        restart: "always",
      });
      expect(service.mem_limit).toBe(service.memswap_limit);
    }
  });

  it("waits for health in the order of the definition", () => {
    expect(services.gateway!.depends_on).toEqual({ openobserve: { condition: "service_healthy" } });
  });

  it("writes no secret: environment secrets come from variables that must be set, files are named", () => {
    expect((services.openobserve!.environment as Record<string, string>).ZO_ROOT_USER_PASSWORD).toBe(
      "${O2CQRS_ROOT_PASSWORD:?set it in .env}",
    );
    expect(secretFiles).toEqual({
      "gateway/tokens.json": "gatewayTokens",
      "gateway/tls.crt": "tlsCertificate",
      "gateway/tls.key": "tlsKey",
    });
    expect(laterFiles).toEqual({ "gateway-account/account.json": "gatewayAccount" });
    expect(services.gateway!.volumes).toContain("./gateway-account:/etc/nginx/account:ro");
    expect(variables).toEqual(["s3AccessKey", "s3SecretKey", "rootPassword"]);
    expect(Object.keys(files)).toEqual(["gateway/nginx.conf", "gateway/gateway.js"]);
  });
});
