import type { ServerVersion } from "../../../../local/openobserve/versions.js";

/**
 * What the recording does not hold but rests on: requests that were sent without being recorded, time that passed,
 * other servers, secrets that were cut out.
 */

export interface UnrecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export interface Step {
  readonly version: ServerVersion;
  /** Key of the exchange before which it happens. */
  readonly before: string;
  readonly why: string;
  readonly waitSeconds?: number;
  readonly send?: readonly UnrecordedRequest[];
  /** Runs the scheduled pipelines that are due. */
  readonly schedule?: true;
  /** A new, empty server. */
  readonly fresh?: { readonly userDefinedSchemas?: boolean };
}

const stream = (name: string): UnrecordedRequest => ({
  method: "POST",
  path: `/api/default/streams/${name}?type=logs`,
  body: { fields: [], settings: {} },
});

export const steps: readonly Step[] = [
  {
    version: "0.60",
    before: "streams.schema_after_poll",
    why: "the recorder repeated the settings request until the deletion had ended",
    waitSeconds: 30,
    send: [
      {
        method: "PUT",
        path: "/api/default/streams/cqrs_commands/settings?type=logs",
        body: { data_retention: 3 },
      },
    ],
  },
  { version: "0.60", before: "streams.recreate_cycle_after_30s", why: "it says so", waitSeconds: 30 },
  {
    version: "0.60",
    before: "pl.fn_delete_in_use",
    why: "a scheduled pipeline runs within seconds, and its output is a stream",
    schedule: true,
  },
  {
    version: "0.60",
    before: "alput.create",
    why: "its streams and its destination were made beforehand",
    send: [
      stream("x_src"),
      stream("x_src2"),
      {
        method: "POST",
        path: "/api/default/alerts/templates",
        body: { name: "x_tpl", body: "{}", type: "http" },
      },
      {
        method: "POST",
        path: "/api/default/alerts/destinations",
        body: {
          name: "x_hook",
          url: "http://127.0.0.1:9/x",
          method: "post",
          template: "x_tpl",
          type: "http",
        },
      },
    ],
  },
  {
    version: "0.60",
    before: "opt.uds_create",
    why: "recorded on another server, with options",
    fresh: { userDefinedSchemas: true },
  },
  { version: "0.60", before: "tpldef.create", why: "recorded on another server", fresh: {} },
  {
    version: "0.60",
    before: "otlp.traces_hyphen_name",
    why: "recorded on another server",
    fresh: {},
  },
];

/** The root user of the server under test. */
export const root = { email: "root@example.com", password: "Root-password-1" } as const;

/** Secrets that the recording replaces by `<redacted>` in a body, by the key of the exchange. */
export const bodySecrets: Readonly<Record<ServerVersion, Readonly<Record<string, string>>>> = {
  "0.60": {
    "auth.login_ok": root.password,
    "user.create_weak_password": "short",
    // Its length shows in the column of the recorded error.
    "user.create_missing_role": "fifteen letters",
    "user.put_password": "another-password",
  },
  "0.90": { "user.put_password": "another-password" },
};

/** The recorder of 0.90 sent this text where the older recording has a secret. */
export const redacted = "<redacted>";

/** Recorded without their headers, though they were sent with the root user's credentials. */
export const exchangesWithRootCredentials: ReadonlySet<string> = new Set(["fn.create_null_trans_type"]);

/** Whose credentials an exchange uses that does not use those of the root user. */
export type OtherCredentials =
  | { readonly header: string }
  | { readonly email: string; readonly secret: "wrong" | "ingest token" | "new password" | "old password" }
  | { readonly token: string };

export const otherCredentials: Readonly<Record<string, OtherCredentials>> = {
  "auth.wrong_password": { email: "root@example.com", secret: "wrong" },
  "auth.unknown_user": { email: "ghost@example.com", secret: "wrong" },
  "auth.bearer_garbage": { header: "Bearer garbage" },
  "auth.bearer_basic_value": { header: "Bearer cm9vdEBleGFtcGxlLmNvbTp4" },
  "auth.basic_lower": { header: "basic cm9vdEBleGFtcGxlLmNvbTp4" },
  "auth.basic_not_b64": { header: "Basic !!!" },
  "auth.unknown_scheme": { header: "Token abc" },
  "auth.basic_with_ingest_token_get": { email: "root@example.com", secret: "ingest token" },
  "auth.basic_with_ingest_token_ingest": { email: "root@example.com", secret: "ingest token" },
  "auth.bearer_ingest_token": { header: "Bearer token" },
  "user.auth_new_user": { email: "admin@example.com", secret: "new password" },
  "user.auth_new_user_old_password": { email: "admin@example.com", secret: "old password" },
  "sa.auth_basic_token": { token: "ci@example.com" },
  "sa.create_stream": { token: "ci@example.com" },
  "sa.auth_bearer_token": { header: "Bearer token" },
};
