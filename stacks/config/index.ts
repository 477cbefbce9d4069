import { otlpEndpoint, type OtlpSignal } from "@o2cqrs/contract";
import { type Connection, connectionFrom, ConnectionSettingsError } from "@o2cqrs/providers/client";
import { RunError } from "@pulumi/pulumi/errors";
import { type z } from "zod";
import { certificateFindings } from "./certificate.js";
import { howToSet } from "./how-to-set.js";
import { type ConfigKey, type ConfigKeyName, configKeys } from "./keys.js";
import { nearest } from "./nearest.js";
import { missingSecrets, rootUserProblems } from "./platform.js";

export { type ConfigKey, type ConfigKeyName, configKeys } from "./keys.js";

/** Prefix of the stack's config keys: `o2cqrs:url`. */
export const configNamespace = "o2cqrs";

/** The stack's config has mistakes; the message names all of them and how to put each right. */
export class ConfigError extends RunError {
  constructor(readonly problems: readonly string[]) {
    super(["The stack's config is not valid:", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
  }
}

type Values = { [Key in ConfigKeyName]: z.output<(typeof configKeys)[Key]["schema"]> };

/** The stack's config, checked and with its defaults filled in. */
export interface StackConfig extends Omit<Values, "url" | "organization" | "environment" | "serviceAccount"> {
  readonly stack: string;
  /** Address of the server without a trailing slash. */
  readonly url: string;
  readonly organization: string;
  readonly environment: string;
  readonly serviceAccount: string;
}

/** A config without what the connection may have from elsewhere. */
export type Placeless = Omit<StackConfig, "url" | "organization">;

export interface ConfigSources {
  /** Name of the stack. */
  readonly stack: string;
  /** All config of the stack by full key, as Pulumi gives it: text, structured values as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether a key's value stands encrypted in the stack's config. Default: every one does. */
  readonly isSecret?: (key: string) => boolean;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the search for the embedded server's file starts. Default the current folder. */
  readonly folder?: string;
}

/** Where the embedded target sends alerts unless told otherwise: a receiver on this machine. */
export const localWebhookUrl = "http://127.0.0.1:5081/alerts";

/** Names by which people call production. */
export const productionNames = ["prod", "production"];

/**
 * Reads and checks the stack's config.
 *
 * @throws ConfigError naming every mistake, not only the first, and the command that puts it right
 */
export function readConfig(sources: ConfigSources): StackConfig {
  const { values, problems } = checkKeys(sources);
  const keysAreRight = problems.length === 0;
  const place = placeOf(sources, problems);
  if (!keysAreRight) throw new ConfigError(problems);
  const config = values as Values;

  const local = config.target === "local";
  const environment = config.environment ?? sources.stack;
  const { serviceName } = config;
  const placeless: Placeless = {
    ...config,
    stack: sources.stack,
    environment,
    webhookUrl: config.webhookUrl ?? (local ? localWebhookUrl : undefined),
    allowPrivateReceivers: local || config.allowPrivateReceivers,
    serviceAccount: config.serviceAccount ?? `${serviceName}-${environment}@o2cqrs.internal`.toLowerCase(),
  };
  problems.push(...absences(placeless));
  if (place === undefined) throw new ConfigError(problems);
  const read: StackConfig = { ...placeless, ...place };
  problems.push(...contradictions(read));
  if (problems.length > 0) throw new ConfigError(problems);
  return read;
}

/**
 * Checks the certificate that the stack's gateway is given, before anything is deployed with it.
 *
 * @returns what should be seen to, though it stops nothing
 * @throws ConfigError when no client would connect with it
 */
export function checkCertificate(config: StackConfig, now = new Date()): readonly string[] {
  const { problems, warnings } = certificateFindings(config, now);
  if (problems.length > 0) throw new ConfigError(problems);
  return warnings;
}

/** Each key by itself. */
function checkKeys({ stack, values: given, isSecret = () => true }: ConfigSources) {
  const problems: string[] = [];
  const prefix = `${configNamespace}:`;
  const own = Object.entries(given).filter(([key]) => key.startsWith(prefix));
  const byName = new Map(own.map(([key, value]) => [key.slice(prefix.length), value]));

  for (const name of byName.keys()) {
    if (name in configKeys) continue;
    const near = nearest(name, Object.keys(configKeys));
    problems.push(
      `${prefix}${name} is not a key${near === undefined ? "" : `; did you mean ${prefix}${near}?`} ` +
        `Remove it: pulumi config rm ${prefix}${name} -s ${stack}`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, declared] of Object.entries<ConfigKey>(configKeys)) {
    if (declared.secret === true && (byName.get(name) ?? "") !== "" && !isSecret(prefix + name))
      problems.push(
        `${prefix}${name} stands in plain text. Encrypt it: ${howToSet(name as ConfigKeyName, stack)}`,
      );
    const result = declared.schema.safeParse(byName.get(name));
    if (result.success) values[name] = result.data;
    else problems.push(...result.error.issues.map((issue) => problemOf(name as ConfigKeyName, issue, stack)));
  }
  return { values, problems };
}

/** One mistake in a value. The value itself is left out: it may be a secret. */
function problemOf(name: ConfigKeyName, issue: z.core.$ZodIssue, stack: string): string {
  const place = [`${configNamespace}:${name}`, ...issue.path.map(String)].join(".");
  return `${place}: ${issue.message}. Set it: ${howToSet(name, stack)}`;
}

/**
 * The connection that the resources' provider will make, with its fallbacks.
 *
 * @throws ConnectionSettingsError when the address or the credentials are missing
 */
export function connectionOf(sources: ConfigSources): Connection {
  return connectionFrom({
    config: (key) => sources.values[`${configNamespace}:${key}`],
    stack: sources.stack,
    ...(sources.env && { env: sources.env }),
    ...(sources.folder !== undefined && { folder: sources.folder }),
  });
}

/** Where everything goes, or undefined with the problem told. */
function placeOf(sources: ConfigSources, problems: string[]) {
  try {
    const { url, organization, credential } = connectionOf(sources);
    return {
      url,
      organization,
      ...(credential.kind === "basic" && { user: credential.user, password: credential.password }),
    };
  } catch (error) {
    if (!(error instanceof ConnectionSettingsError)) throw error;
    // A key that was found wrong by itself is not told twice.
    if (!/^o2cqrs:(url|auth) /.test(error.message) || problems.length === 0) problems.push(error.message);
    return undefined;
  }
}

/** Values that are right by themselves and wrong together. */
function contradictions(config: StackConfig): string[] {
  const problems: string[] = [];
  const production = productionNames.includes(config.environment);
  if (production && !config.url.startsWith("https://"))
    problems.push(
      `${configNamespace}:url: production is reached by https only. Set it: ` +
        `pulumi config set ${configNamespace}:url https://observe.example.com -s ${config.stack}`,
    );
  problems.push(...rootUserProblems(config));
  return problems;
}

/** What only together with other keys is too little; it is told though nobody knows yet where the server is. */
function absences(config: Placeless): string[] {
  const problems: string[] = [];
  for (const name of missingSecrets(config))
    problems.push(
      `o2cqrs:target ${config.target} needs ${configNamespace}:${name}. Set it: ${howToSet(name, config.stack)}` +
        (name === "tlsCertificate" ? ` (npx o2cqrs certificate -s ${config.stack} makes one)` : ""),
    );
  if (config.alertsEnabled && !hasChannel(config))
    problems.push(
      `alerts are on but nobody would hear of them: give at least one receiver, such as ` +
        `${howToSet("webhookUrl", config.stack)}, or switch them off: ` +
        `pulumi config set ${configNamespace}:alertsEnabled false -s ${config.stack}`,
    );
  return problems;
}

const hasChannel = (config: Placeless): boolean =>
  config.emailRecipients.length > 0 ||
  [config.webhookUrl, config.slackUrl, config.pagerDutyRoutingKey, config.alertmanagerUrl].some(
    (channel) => channel !== undefined,
  );

/** Where the application's exporters send a signal. */
export const endpointOf = (config: StackConfig, signal: OtlpSignal): string =>
  otlpEndpoint(config.url, config.organization, signal);
