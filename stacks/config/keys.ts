import {
  cqrsOpenObserveConfig,
  openObserveVersions,
  runbookPage,
  type StreamRole,
  streams,
} from "@o2cqrs/contract";
import { z } from "zod";
import { dockerOptions } from "../platform/docker/options.js";
import { kubernetesOptions } from "../platform/kubernetes/options.js";
import { postgresUrl } from "../platform/kubernetes/postgres-url.js";

/** Config values arrive as text, structured ones as JSON; an empty text counts as not set. */
const unsetIfEmpty = (value: unknown) => (value === "" ? undefined : value);

const text = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(unsetIfEmpty, schema);

const parsed = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => {
    const set = unsetIfEmpty(value);
    if (typeof set !== "string") return set;
    try {
      return JSON.parse(set) as unknown;
    } catch {
      // The schema says better than the JSON parser what was expected.
      return set;
    }
  }, schema);

/** Checked, and left as given: the platform fills in its own defaults. */
const checked = <Schema extends z.ZodType>(schema: Schema) =>
  parsed(
    z.unknown().transform((value, context) => {
      const given = value ?? {};
      const result = schema.safeParse(given);
      for (const issue of result.error?.issues ?? []) context.addIssue({ ...issue });
      return given as z.input<Schema>;
    }),
  );

const webAddress = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" });

const retentionDays = z.strictObject(
  Object.fromEntries(
    Object.keys(streams).map((role) => [role, z.int().min(3).max(3650).optional()]),
  ) as Record<StreamRole, z.ZodOptional<z.ZodInt>>,
);

const ownerAddresses = z.strictObject({
  development: z.email().optional(),
  operations: z.email().optional(),
});

/** A key of the stack's config: what it takes, and how it reads in an example. */
export interface ConfigKey<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly description: string;
  /** A value that would be right, as it stands in a command. */
  readonly example: string;
  /** Set with `--secret`, never in plain text. */
  readonly secret?: boolean;
  /** Where such a value is kept, when it is of several lines: it is read from there. */
  readonly file?: string;
  /** How Pulumi.yaml declares it. */
  readonly type: "string" | "integer" | "boolean" | "array" | "object";
}

const key = <Schema extends z.ZodType>(declared: ConfigKey<Schema>): ConfigKey<Schema> => declared;

/** Every key in the namespace `o2cqrs`. */
export const configKeys = {
  target: key({
    schema: text(
      z
        .enum(["local", "existing", "docker", "kubernetes"], {
          error: "must be local, existing, docker or kubernetes",
        })
        .default("existing"),
    ),
    description: "Where OpenObserve runs: local (embedded), existing, docker or kubernetes",
    example: "existing",
    type: "string",
  }),
  url: key({
    schema: text(webAddress.optional()),
    description: "Address of OpenObserve or its gateway; or O2CQRS_URL",
    example: "https://observe.example.com",
    type: "string",
  }),
  organization: key({
    schema: text(z.string().optional()),
    description: "Identifier of the organisation that holds everything; default `default`",
    example: "default",
    type: "string",
  }),
  auth: key({
    schema: text(z.enum(["basic", "bearer"], { error: "must be basic or bearer" }).default("basic")),
    description: "How to authenticate: basic (user and password) or bearer (token of a gateway)",
    example: "basic",
    type: "string",
  }),
  user: key({
    schema: text(z.string().optional()),
    description: "E-mail address of the user who deploys; or O2CQRS_USER",
    example: "deploy@example.com",
    type: "string",
  }),
  password: key({
    schema: text(z.string().optional()),
    description: "Password of that user, or the token of a service account; or O2CQRS_PASSWORD",
    example: "…",
    secret: true,
    type: "string",
  }),
  token: key({
    schema: text(z.string().optional()),
    description: "Bearer token, when auth is bearer; or O2CQRS_TOKEN",
    example: "…",
    secret: true,
    type: "string",
  }),
  caCertificate: key({
    schema: text(z.string().startsWith("-----BEGIN CERTIFICATE-----", "must be PEM").optional()),
    description: "PEM of the authority that signed the server's certificate, when it is a private one",
    example: '"$(cat ca.pem)"',
    type: "string",
  }),
  version: key({
    schema: text(
      z
        .string()
        .regex(/^v\d+\.\d+\.\d+(-[0-9a-z.]+)?$/, "must be a release such as v0.90.3")
        .default(openObserveVersions.default),
    ),
    description: "Release of OpenObserve that docker and kubernetes deploy",
    example: openObserveVersions.default,
    type: "string",
  }),
  ingestToken: key({
    schema: text(
      z
        .string()
        .regex(/^[!-~]{16,}$/, "must be 16 printable characters or more")
        .optional(),
    ),
    description: "Token that docker's and kubernetes' gateway accepts as bearer, for sending telemetry alone",
    example: "…",
    secret: true,
    type: "string",
  }),
  tlsCertificate: key({
    schema: text(z.string().startsWith("-----BEGIN CERTIFICATE-----", "must be PEM").optional()),
    description: "PEM of the gateway's certificate and of those that signed it, for docker and kubernetes",
    example: "…",
    secret: true,
    file: "tls.crt",
    type: "string",
  }),
  tlsKey: key({
    schema: text(
      z
        .string()
        .regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----/, "must be PEM")
        .optional(),
    ),
    description: "PEM of the key to that certificate",
    example: "…",
    secret: true,
    file: "tls.key",
    type: "string",
  }),
  s3AccessKey: key({
    schema: text(z.string().optional()),
    description: "Access key of the object store, for docker and kubernetes",
    example: "…",
    secret: true,
    type: "string",
  }),
  s3SecretKey: key({
    schema: text(z.string().optional()),
    description: "Secret key of the object store, for docker and kubernetes",
    example: "…",
    secret: true,
    type: "string",
  }),
  postgresUrl: key({
    schema: text(postgresUrl.optional()),
    description: "Connection string of the PostgreSQL that keeps OpenObserve's metadata, for kubernetes",
    example: "…",
    secret: true,
    type: "string",
  }),
  docker: key({
    schema: checked(dockerOptions.omit({ rootUser: true, organization: true, host: true, port: true })),
    description: "How target docker deploys: name, images, memory, cpus, limits, objectStore, …",
    example: "4096 --path 'o2cqrs:docker.memory.openobserve'",
    type: "object",
  }),
  kubernetes: key({
    schema: checked(kubernetesOptions.omit({ rootUser: true, organization: true, host: true, port: true })),
    description: "How target kubernetes deploys: namespace, size, storage, postgres, ingress, backup, …",
    example: "medium --path 'o2cqrs:kubernetes.size'",
    type: "object",
  }),
  environment: key({
    schema: text(
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9_-]*$/, "must be lower-case letters, digits, _ and -")
        .optional(),
    ),
    description: "Environment of the application; default the stack's name",
    example: "dev",
    type: "string",
  }),
  region: key({
    schema: text(z.string().toLowerCase().default("unknown")),
    description: "Region of the application, for records that name none",
    example: "eu-central-1",
    type: "string",
  }),
  serviceName: key({
    schema: text(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be letters, digits, . _ and -")
        .default("backend"),
    ),
    description: "Name of the service, for records that name none and for OTEL_SERVICE_NAME",
    example: "orders",
    type: "string",
  }),
  serviceVersion: key({
    schema: text(z.string().optional()),
    description: "Release of the service; default what the application says",
    example: "1.4.2",
    type: "string",
  }),
  retentionDays: key({
    schema: parsed(retentionDays.prefault({})),
    description: "Days that records are kept, by stream; default what the contract says",
    example: "30 --path 'o2cqrs:retentionDays.commands'",
    type: "object",
  }),
  samplingRate: key({
    schema: parsed(z.number("must be a number from 0 to 1").min(0).max(1).default(1)),
    description: "Share of traces that the application keeps, 0 to 1; those with errors are all kept",
    example: "0.1",
    type: "string",
  }),
  performance: key({
    schema: parsed(cqrsOpenObserveConfig.shape.performance),
    description: "How the application delivers: batchSize, flushInterval, maxRetries, timeout",
    example: "1000 --path 'o2cqrs:performance.batchSize'",
    type: "object",
  }),
  alertsEnabled: key({
    schema: parsed(z.boolean("must be true or false").default(true)),
    description: "Make and evaluate alerts",
    example: "true",
    type: "boolean",
  }),
  evaluationIntervalSeconds: key({
    schema: parsed(z.int("must be whole seconds").min(10).max(3600).default(60)),
    description: "Seconds between evaluations of an alert; the server rounds up to minutes",
    example: "60",
    type: "integer",
  }),
  webhookUrl: key({
    schema: text(webAddress.optional()),
    description: "Address that gets every alert as JSON",
    example: "https://alerts.example.com/openobserve",
    secret: true,
    type: "string",
  }),
  webhookToken: key({
    schema: text(z.string().min(16, "must have at least 16 characters").optional()),
    description: "What the webhook shows as `Authorization: Bearer …`, such as to `o2cqrs rollback --listen`",
    example: "…",
    secret: true,
    type: "string",
  }),
  slackUrl: key({
    schema: text(webAddress.optional()),
    description: "Address of a Slack incoming webhook",
    example: "https://hooks.slack.com/services/…",
    secret: true,
    type: "string",
  }),
  emailRecipients: key({
    schema: parsed(z.array(z.email()).default([])),
    description: "Users of the organisation who get alerts by e-mail; needs SMTP on the server",
    example: "'[\"oncall@example.com\"]'",
    type: "array",
  }),
  pagerDutyRoutingKey: key({
    schema: text(z.string().optional()),
    description: "Routing key of a PagerDuty service (Events API v2)",
    example: "…",
    secret: true,
    type: "string",
  }),
  pagerDutyUrl: key({
    schema: text(webAddress.default("https://events.pagerduty.com/v2/enqueue")),
    description: "Address of PagerDuty's Events API v2, or of what speaks it",
    example: "https://events.eu.pagerduty.com/v2/enqueue",
    type: "string",
  }),
  alertmanagerUrl: key({
    schema: text(webAddress.optional()),
    description: "Address of an Alertmanager; alerts are posted to its /api/v2/alerts",
    example: "https://alertmanager.example.com",
    secret: true,
    type: "string",
  }),
  allowPrivateReceivers: key({
    schema: parsed(z.boolean("must be true or false").default(false)),
    description: "Accept receivers on loopback, private or cluster addresses; newer servers refuse them",
    example: "true",
    type: "boolean",
  }),
  owners: key({
    schema: parsed(ownerAddresses.prefault({})),
    description: "E-mail addresses of those who answer for alerts: development, operations",
    example: "team@example.com --path 'o2cqrs:owners.development'",
    type: "object",
  }),
  runbookUrl: key({
    schema: text(z.string().default(runbookPage)),
    description: "Where the page of runbooks is published; alerts link to their sections in it",
    example: "https://wiki.example.com/cqrs-runbooks",
    type: "string",
  }),
  serviceAccount: key({
    schema: text(z.email().toLowerCase().optional()),
    description: "E-mail address, the name, of the application's service account",
    example: "orders-dev@o2cqrs.internal",
    type: "string",
  }),
  tokenRotation: key({
    schema: text(z.string().default("")),
    description: "Any text; changing it rotates the application's token",
    example: "2026-11",
    type: "string",
  }),
  adopt: key({
    schema: parsed(z.boolean("must be true or false").default(false)),
    description: "Take over objects of the same names that this stack did not make",
    example: "true",
    type: "boolean",
  }),
} as const;

export type ConfigKeyName = keyof typeof configKeys;
