import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import { parse } from "yaml";
import { factsOf } from "../../policy/facts.js";
import type { Facts, Properties, Resource } from "../../policy/resource.js";
import type { Rule } from "../../policy/rule.js";
import { configNamespace, readConfig } from "../../stacks/config/index.js";
import { program } from "../../stacks/program.js";

const root = join(__dirname, "..", "..");

/** Values for every secret that a committed stack asks for, each unmistakable wherever it turns up. */
const secrets: Readonly<Record<string, string>> = {
  password: "Hidden-root-passw0rd!",
  ingestToken: "hidden-ingest-token-0123456789",
  tlsCertificate: "-----BEGIN CERTIFICATE-----\nhidden-certificate\n-----END CERTIFICATE-----\n",
  tlsKey: "-----BEGIN PRIVATE KEY-----\nhidden-key\n-----END PRIVATE KEY-----\n",
  s3AccessKey: "hidden-access-key",
  s3SecretKey: "hidden-secret-key",
  postgresUrl: "postgres://openobserve:hidden-password@db.example.com:5432/openobserve",
  webhookUrl: "https://alerts.example.com/?key=hidden-webhook-key",
  pagerDutyRoutingKey: "hidden-routing-key",
};

export interface Stack {
  readonly resources: readonly Resource[];
  readonly facts: Facts;
}

/** Everything that a committed stack registers, as a policy sees it. Loads the platform's packages: seconds. */
export async function resourcesOf(
  stack: string,
  change: Readonly<Record<string, string>> = {},
): Promise<Stack> {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const given = Object.entries(file.config).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const own = {
    ...(stack === "local"
      ? { url: "http://127.0.0.1:5080", user: "root@localhost.test", password: "p" }
      : secrets),
    ...change,
  };
  const values = {
    ...Object.fromEntries(given),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${configNamespace}:${key}`, value])),
  };
  const resources: Resource[] = [];
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        resources.push({ type, name, props: unwrapped(inputs) as Properties });
        return { id: `${name}-id`, state: { ...(inputs as object), ...computed(type, name) } };
      },
      call: ({ inputs }) => inputs as object,
    },
    "o2cqrs",
    stack,
  );
  await runtime.runInPulumiStack(() =>
    Promise.resolve(program(readConfig({ stack, values, env: {}, folder: root }))),
  );
  return { resources, facts: factsOf(stack, values) };
}

/** Pulumi's mark of a wrapped value, a secret among them; a policy is given what is inside. */
const wrapper = "4dabf18193072939515e22adb298388d";

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if (wrapper in value) return "value" in value ? unwrapped(value.value) : value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unwrapped(each)]));
}

/** What only the server or the provider could tell. */
const computed = (type: string, name: string) => ({
  folderId: `${name}-id`,
  ...(type.endsWith("GeneratedSecret") && { value: `generated-${name}-0123456789` }),
});

export const noFacts: Facts = { production: false, secrets: [] };

/** What a rule says of resources, as `resource: message`. */
export function verdict(rule: Rule, resources: readonly Resource[], facts: Facts = noFacts): string[] {
  if ("check" in rule)
    return resources.flatMap((resource) =>
      rule.check(resource, facts).map((message) => `${resource.name}: ${message}`),
    );
  return rule.checkAll(resources, facts).map(({ resource, message }) => `${resource.name}: ${message}`);
}

/** A resource of one of the server's kinds. */
export const onServer = (kind: string, name: string, props: Properties = {}): Resource => ({
  type: `pulumi-nodejs:dynamic/o2cqrs:${kind}`,
  name,
  props: { name, ...props },
});

export const container = (name: string, props: Properties): Resource => ({
  type: "docker:index/container:Container",
  name,
  props,
});

export const inCluster = (kind: string, name: string, props: Properties = {}): Resource => ({
  type: `kubernetes:v1:${kind}`,
  name,
  props: { metadata: { name, namespace: "app" }, ...props },
});

/** A workload whose one container has what is given. */
export const workload = (
  name: string,
  {
    container: own = {},
    replicas = 2,
    kind = "Deployment",
  }: { container?: Properties; replicas?: number; kind?: string } = {},
): Resource =>
  inCluster(kind, name, {
    spec: {
      replicas,
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "main", ...own }] } },
    },
  });
