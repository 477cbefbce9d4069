import { z } from "zod";

/** Parameters of a connection string that name a file, which no pod has. */
const files = [
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslcrl",
  "sslcrldir",
  "passfile",
  "service",
  "servicefile",
];

/** Those that stand before the question mark; a node would heed them there too, and the backup would not. */
const places = ["host", "hostaddr", "port", "user", "password", "dbname"];

/** Ways to connect that the nodes and the nightly backup understand alike. */
const sslModes = ["disable", "allow", "prefer", "require", "verify-full"];

/** The other spelling is one that the server's own driver knows. */
const sslModeOf = ({ searchParams }: URL) => searchParams.get("sslmode") ?? searchParams.get("ssl-mode");

function problemsOf(text: string): string[] {
  const url = new URL(text);
  const given = [...url.searchParams.keys()];
  const sslMode = sslModeOf(url);
  return [
    ...given.filter((name) => files.includes(name)).map((name) => `${name} names a file, which no pod has`),
    ...given
      .filter((name) => places.includes(name))
      .map((name) => `${name} belongs before the question mark`),
    ...(sslMode === null || sslModes.includes(sslMode)
      ? []
      : [
          `sslmode must be one of ${sslModes.join(", ")}, the last with a certificate that a public authority signed`,
        ]),
  ];
}

/** The connection string of a PostgreSQL. No message shows any of its values, which may be secret. */
export const postgresUrl = z
  .url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// address", abort: true })
  .superRefine((url, context) => {
    for (const message of problemsOf(url)) context.addIssue({ code: "custom", message });
  });

/**
 * Parts of a connection string, which `pg_dump` takes one by one so that none stands in its arguments. What the
 * string does not say is what libpq would take by itself.
 */
export function postgresParts(uri: string) {
  const url = new URL(uri);
  const sslMode = sslModeOf(url) ?? "prefer";
  return {
    postgresUri: uri,
    postgresHost: url.hostname.replace(/^\[|\]$/g, ""),
    postgresPort: url.port === "" ? "5432" : url.port,
    postgresUser: decodeURIComponent(url.username),
    postgresPassword: decodeURIComponent(url.password),
    postgresDatabase: decodeURIComponent(url.pathname.slice(1)),
    postgresSslMode: sslMode,
    // libpq trusts nobody unless told; any other mode with it would be refused.
    postgresSslRootCert: sslMode === "verify-full" ? "system" : "",
    postgresChannelBinding: url.searchParams.get("channel_binding") ?? "prefer",
    postgresOptions: url.searchParams.get("options") ?? "",
  } as const;
}
