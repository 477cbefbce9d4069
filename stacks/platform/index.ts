import { secret } from "@pulumi/pulumi/output";
import type { StackConfig } from "../config/index.js";
import { secretOf } from "../outputs.js";
import { defaultImages } from "./docker/images.js";
import type { DockerOptions } from "./docker/options.js";
import { existingPlatform } from "./existing.js";
import { serverImage } from "./kubernetes/images.js";
import type { KubernetesOptions } from "./kubernetes/options.js";
import type { DeployedPlatform, Platform, PlatformSecrets } from "./platform.js";
import { ServerReady } from "./server-ready/resource.js";

export type { Platform, PlatformSecrets } from "./platform.js";

/**
 * Deploys, or finds, the server that the stack's `target` names. A target's own packages are loaded only for
 * it: each takes longer to load than all the rest of the program.
 */
export function createPlatform(config: StackConfig): Platform {
  switch (config.target) {
    case "local":
    case "existing":
      return existingPlatform(config.url);
    case "docker": {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded for this target only
      const { DockerPlatform } = require("./docker/component.js") as typeof import("./docker/component.js");
      return awaited(
        new DockerPlatform("platform", { options: dockerOptionsOf(config), secrets: secretsOf(config) }),
      );
    }
    case "kubernetes": {
      const { KubernetesPlatform } =
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded for this target only
        require("./kubernetes/component.js") as typeof import("./kubernetes/component.js");
      return awaited(
        new KubernetesPlatform("platform", {
          options: kubernetesOptionsOf(config),
          secrets: secretsOf(config),
        }),
      );
    }
  }
}

/** A platform whose server answers before anything is configured there. */
const awaited = (platform: DeployedPlatform): Platform => ({
  url: platform.url,
  ready: [new ServerReady("server", { after: platform.ready, whereToLook: platform.whereToLook })],
  sendAs: (account) => platform.sendAs?.(account),
});

const rootUserOf = ({ user }: StackConfig) => (user === undefined ? {} : { rootUser: user });

/** A URL has no port where it is that of its scheme, which is https here. */
function addressOf(config: StackConfig) {
  const url = new URL(config.url);
  return { host: url.hostname, port: Number(url.port || "443") };
}

/** What target `docker` deploys; the server's image is of the release that the config names, unless one is given. */
export const dockerOptionsOf = (config: StackConfig): DockerOptions => ({
  ...config.docker,
  ...rootUserOf(config),
  organization: config.organization,
  ...addressOf(config),
  images: { openobserve: { ...defaultImages.openobserve, tag: config.version }, ...config.docker.images },
});

/** What target `kubernetes` deploys; the server's image as for `docker`. */
export const kubernetesOptionsOf = (config: StackConfig): KubernetesOptions => ({
  ...config.kubernetes,
  ...rootUserOf(config),
  organization: config.organization,
  ...addressOf(config),
  images: { openobserve: serverImage(config.version), ...config.kubernetes.images },
});

function secretsOf(config: StackConfig): PlatformSecrets {
  const optional = {
    tlsCertificate: secretOf(config.tlsCertificate),
    tlsKey: secretOf(config.tlsKey),
    s3AccessKey: secretOf(config.s3AccessKey),
    s3SecretKey: secretOf(config.s3SecretKey),
    postgresUrl: secretOf(config.postgresUrl),
  };
  return {
    rootPassword: secret(config.password ?? ""),
    ingestToken: secret(config.ingestToken ?? ""),
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    ) as Partial<PlatformSecrets>),
  };
}
