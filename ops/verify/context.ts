import { type CQRSOpenObserveConfig, type StreamRole, streams } from "@o2cqrs/contract";
import { type Connection, OpenObserve, type Row } from "@o2cqrs/providers/client";
import { configKeys } from "@o2cqrs/stacks/config";
import { configFromEnv } from "openobserve-cqrs/runtime/env";
import { type Duration } from "../cli/duration.js";
import { type Session } from "../cli/session.js";
import { appEnvOf } from "../deployment/app-env.js";
import { type Deployer } from "../deployment/deployer.js";
import { stackName } from "../deployment/stack-name.js";
import { type DrillClock } from "./drill/clock.js";
import { openServer, operatorConnection } from "../deployment/operator-connection.js";

/** A range of time, in microseconds since 1970. */
export interface TimeWindow {
  readonly start: number;
  readonly end: number;
}

/** What every check works with. */
export interface VerifyContext {
  readonly stack: string;
  /** Where OpenObserve runs: `local`, `existing`, `docker`, `kubernetes`. */
  readonly target: string;
  /** Environment of the application, such as `prod`. */
  readonly environment: string;
  readonly projectRoot: string;
  /** Reads everything back, with the credentials of whoever deploys. */
  readonly admin: OpenObserve;
  /** Writes with the application's own credentials. */
  readonly app: OpenObserve;
  readonly appEnv: Readonly<Record<string, string>>;
  readonly appConfig: CQRSOpenObserveConfig;
  /** Certificate of the authority that signed the server's, as PEM. */
  readonly caCertificate?: string;
  /** Days that each stream shall keep its records, as the stack declares them. */
  readonly retentionDays: Readonly<Record<StreamRole, number>>;
  /** Every credential that is known here, and the text that basic authentication makes of it. */
  readonly secrets: readonly string[];
  readonly since: Duration;
  /** The data that is judged. */
  readonly window: TimeWindow;
  /** The same without the newest seconds, whose spans and records may still be under way to the server. */
  readonly settled: TimeWindow;
  /** The time that an alert drill takes; absent where none was asked for. */
  readonly drill?: DrillClock;
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

export interface VerifyContextOptions {
  readonly session: Pick<Session, "env" | "projectRoot" | "signal">;
  readonly deployer: Deployer;
  readonly stack: string;
  readonly since: Duration;
  /** How long telemetry may take to arrive. Default 15. */
  readonly settleSeconds?: number;
  /** Drill the alerts, in this time. Default: no drill. */
  readonly drill?: DrillClock;
  /** Also where the server does not answer: each request then says so itself, and soon. Default false. */
  readonly evenUnreachable?: boolean;
}

/** Where the server may well be away, no request is worth minutes. */
const impatient = { retries: 2, headersTimeoutMs: 10_000, bodyTimeoutMs: 10_000 } as const;

/**
 * Connects as the operator and as the application.
 * @throws OperatorError when the server cannot be reached or refuses the operator, unless `evenUnreachable`
 */
export async function openVerifyContext(options: VerifyContextOptions): Promise<VerifyContext> {
  const { session, deployer, stack, since, settleSeconds = 15 } = options;
  const { projectRoot } = session;
  const config = await deployer.config(stack);
  const appEnv = appEnvOf(await deployer.outputs(stack), stack);
  const connection = operatorConnection(config, session);
  const appConfig = configFromEnv(appEnv);
  const waits = options.evenUnreachable === true ? impatient : {};
  const admin =
    options.evenUnreachable === true ? new OpenObserve(connection, waits) : await openServer(connection);
  const { credential, caCertificate } = connection;
  const authority = caCertificate === undefined ? {} : { caCertificate };
  const app = new OpenObserve(
    appConnection(
      { appConfig, ...authority },
      appConfig.user === undefined
        ? { kind: "bearer", token: appConfig.token }
        : { kind: "basic", user: appConfig.user, password: appConfig.token },
    ),
    waits,
  );
  const close = async () => {
    await Promise.all([admin.close(), app.close()]);
  };
  const now = Date.now() * 1000;
  return {
    stack,
    target: config["o2cqrs:target"] ?? "existing",
    environment: nonEmpty(config["o2cqrs:environment"]) ?? stackName(stack),
    projectRoot,
    admin,
    app,
    appEnv,
    appConfig,
    ...authority,
    retentionDays: declaredRetention(config["o2cqrs:retentionDays"]),
    secrets: [
      appConfig.token,
      ...(appConfig.user === undefined ? [] : [basicForm(appConfig.user, appConfig.token)]),
      ...(credential.kind === "basic"
        ? [credential.password, basicForm(credential.user, credential.password)]
        : [credential.token]),
    ],
    since,
    window: { start: now - since.milliseconds * 1000, end: now },
    settled: { start: now - since.milliseconds * 1000, end: now - settleSeconds * 1_000_000 },
    ...(options.drill !== undefined && { drill: options.drill }),
    signal: session.signal,
    close,
  };
}

/** The way that the application takes to the server, for whoever has the credential. */
export function appConnection(
  { appConfig, caCertificate }: Pick<VerifyContext, "appConfig" | "caCertificate">,
  credential: Connection["credential"],
): Connection {
  return { url: appConfig.baseUrl, organization: appConfig.org, credential, caCertificate };
}

const basicForm = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString("base64");

/** The contract's days, and those that the stack's config gives instead. */
function declaredRetention(text: string | undefined): Record<StreamRole, number> {
  const given = configKeys.retentionDays.schema.parse(text);
  const days = Object.entries(streams).map(([role, { retentionDays }]) => [
    role,
    given[role as StreamRole] ?? retentionDays,
  ]);
  return Object.fromEntries(days) as Record<StreamRole, number>;
}

const nonEmpty = (text: string | undefined) => (text === "" ? undefined : text);

export interface SelectOptions {
  /** What the SQL selects from. Default `logs`. */
  readonly type?: "logs" | "metrics" | "traces";
  /** Default the context's window. */
  readonly window?: TimeWindow;
  /** Most rows. Default 1,000. */
  readonly size?: number;
}

/** The rows of a query over the window. */
export async function select(
  context: VerifyContext,
  sql: string,
  options: SelectOptions = {},
): Promise<Row[]> {
  const { type = "logs", window = context.window, size } = options;
  const { rows } = await context.admin.telemetry.search(sql, {
    ...window,
    type,
    ...(size !== undefined && { size }),
    signal: context.signal,
  });
  return rows;
}

/** A figure of a row; a missing one counts as 0, as an aggregate over nothing does. */
export function numberIn(row: Row | undefined, column: string): number {
  const value = Number(row?.[column] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** A text of a row, empty where there is none. */
export function textIn(row: Row | undefined, column: string): string {
  const value = row?.[column];
  return typeof value === "string" ? value : "";
}
