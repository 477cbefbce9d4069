import { z } from "zod";
import { kubernetesOptions } from "../platform/kubernetes/options.js";
import type { Placeless, StackConfig } from "./index.js";
import type { ConfigKeyName } from "./keys.js";

/** What a stack's config must have when it deploys the server too. */

/** Secrets that the target cannot do without and that are not set. */
export function missingSecrets(config: Placeless): ConfigKeyName[] {
  const needed: ConfigKeyName[] =
    config.target === "docker"
      ? dockerSecrets(config)
      : config.target === "kubernetes"
        ? kubernetesSecrets(config)
        : [];
  return needed.filter((name) => config[name as keyof Placeless] === undefined);
}

const dockerSecrets = ({ docker }: Placeless): ConfigKeyName[] => [
  "ingestToken",
  "tlsCertificate",
  "tlsKey",
  ...(docker.objectStore === true ? storeKeys : []),
];

function kubernetesSecrets(config: Placeless): ConfigKeyName[] {
  const options = kubernetesOptions.parse(config.kubernetes);
  if (options.externalSecrets !== undefined) return [];
  return [
    "ingestToken",
    ...(options.postgres.mode === "external" ? (["postgresUrl"] as const) : []),
    ...(options.storage.access === "keys" ? storeKeys : []),
    ...(options.ingress.clusterIssuer === undefined ? (["tlsCertificate", "tlsKey"] as const) : []),
  ];
}

const storeKeys = ["s3AccessKey", "s3SecretKey"] as const;

const strength = [/.{8}/, /[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/];

/** The user who deploys is the server's root user, for whom the server has rules that it enforces by not starting. */
export function rootUserProblems(config: StackConfig): string[] {
  const { stack, target, auth, url, user = "", password = "" } = config;
  if (target !== "docker" && target !== "kubernetes") return [];
  if (auth !== "basic")
    return [
      `o2cqrs:auth: target ${target} makes the user who deploys, so it must be basic. ` +
        `Set it: pulumi config set o2cqrs:auth basic -s ${stack}`,
    ];
  const problems: string[] = [];
  if (!url.startsWith("https://"))
    problems.push(
      `o2cqrs:url: target ${target} is reached by https only. ` +
        `Set it: pulumi config set o2cqrs:url ${url.replace(/^http:/, "https:")} -s ${stack}`,
    );
  if (!z.email().safeParse(user).success)
    problems.push(
      `o2cqrs:user must be an e-mail address. Set it: pulumi config set o2cqrs:user root@example.com -s ${stack}`,
    );
  if (!strength.every((rule) => rule.test(password)))
    problems.push(
      "o2cqrs:password must have 8 characters or more, of them a lower-case and an upper-case letter, a digit " +
        `and a sign. Set it: pulumi config set --secret o2cqrs:password -s ${stack}`,
    );
  return problems;
}
