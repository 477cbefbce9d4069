import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stripTrailingSlashes } from "@o2cqrs/contract";
import { z } from "zod";

/** Where a server is and how to speak to it. */
export interface Connection {
  /** Address with the base path, if there is one: `https://observe.example.com`. */
  readonly url: string;
  /** Identifier of the organisation that everything lives in. */
  readonly organization: string;
  readonly credential:
    | {
        readonly kind: "basic";
        readonly user: string;
        /** A user's password or a service account's token. */
        readonly password: string;
      }
    | {
        /** For gateways and hosted editions; open-source servers refuse it. */
        readonly kind: "bearer";
        readonly token: string;
      };
  /** Certificate of the authority that signed the server's, as PEM. */
  readonly caCertificate?: string | undefined;
}

/** The settings do not say where the server is or who to be there. */
export class ConnectionSettingsError extends Error {
  override readonly name = "ConnectionSettingsError";
}

export interface ConnectionSources {
  /** Reads a stack config value by its key without the namespace: `url`, `password`. */
  readonly config: (key: string) => string | undefined;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the search for the local server's file starts. Default the current folder. */
  readonly folder?: string;
  /** Whose config it is, for the commands that errors tell. Default the selected one. */
  readonly stack?: string;
}

/** Written by whatever starts the embedded server, readable by its owner only. */
export const localServerFile = join(".o2cqrs", "local", "server.json");

const localServerSchema = z.object({ url: z.string(), user: z.string(), password: z.string() });

/** Setting, its environment variable, and how it is given. */
const settings = {
  url: { variable: "O2CQRS_URL", secret: false, example: "https://observe.example.com" },
  organization: { variable: "O2CQRS_ORGANIZATION", secret: false, example: "default" },
  user: { variable: "O2CQRS_USER", secret: false, example: "deploy@example.com" },
  password: { variable: "O2CQRS_PASSWORD", secret: true, example: undefined },
  token: { variable: "O2CQRS_TOKEN", secret: true, example: undefined },
} as const;

type Setting = keyof typeof settings;

/**
 * The connection that the stack's config describes, each value falling back to the environment and, for
 * `o2cqrs:target local`, to the file that the embedded server's starter left.
 *
 * @throws ConnectionSettingsError naming everything that is missing and the commands that set it
 */
export function connectionFrom(sources: ConnectionSources): Connection {
  const { config, env = process.env, folder, stack } = sources;
  const local = config("target") === "local" ? localServer(folder ?? process.cwd()) : undefined;
  const value = (key: Setting): string | undefined =>
    nonEmpty(config(key)) ??
    nonEmpty(env[settings[key].variable]) ??
    (local !== undefined && key in local ? local[key as keyof typeof local] : undefined);

  const auth = config("auth") ?? "basic";
  if (auth !== "basic" && auth !== "bearer")
    throw new ConnectionSettingsError(`o2cqrs:auth must be basic or bearer, not ${JSON.stringify(auth)}`);
  const needed: Setting[] = auth === "basic" ? ["url", "user", "password"] : ["url", "token"];
  const missing = needed.filter((key) => value(key) === undefined);
  if (missing.length > 0) throw new ConnectionSettingsError(howToSet(missing, stack));

  const caCertificate = nonEmpty(config("caCertificate"));
  return {
    url: checkedUrl(value("url") ?? ""),
    organization: value("organization") ?? "default",
    credential:
      auth === "basic"
        ? { kind: "basic", user: value("user") ?? "", password: value("password") ?? "" }
        : { kind: "bearer", token: value("token") ?? "" },
    ...(caCertificate !== undefined && { caCertificate }),
  };
}

function howToSet(missing: readonly Setting[], stack: string | undefined): string {
  const option = stack === undefined ? "" : ` -s ${stack}`;
  const lines = missing.map((key) => {
    const { variable, secret, example } = settings[key];
    const command = secret
      ? `pulumi config set --secret o2cqrs:${key}`
      : `pulumi config set o2cqrs:${key} ${example}`;
    return `  ${command}${option}   (or set ${variable})`;
  });
  return ["The connection to OpenObserve is not complete. Set what is missing:", ...lines].join("\n");
}

/** A credential inside the address would reach state and error messages. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConnectionSettingsError("o2cqrs:url must be an address such as https://observe.example.com");
  if (url.username !== "" || url.password !== "")
    throw new ConnectionSettingsError(
      "o2cqrs:url must not contain a user or password: set o2cqrs:user and o2cqrs:password instead",
    );
  return stripTrailingSlashes(`${url.origin}${url.pathname}`);
}

/** Searches upwards, as the provider process may run in any folder of the project. */
function localServer(folder: string): z.output<typeof localServerSchema> | undefined {
  const file = join(folder, localServerFile);
  if (existsSync(file)) {
    const content = localServerSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (content.success) return content.data;
    throw new ConnectionSettingsError(`${localServerFile} is not complete; start the local server again`);
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : localServer(parent);
}

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);
