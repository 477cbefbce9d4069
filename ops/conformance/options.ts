import { Command, Option } from "commander";
import { type ServerVersion } from "@o2cqrs/local-openobserve";

export const versions: readonly ServerVersion[] = ["0.60", "0.90"];

/** What `npm run conformance` is asked for. */
export interface ConformanceRun {
  /** A server of one's own; absent, the embedded one is judged. */
  readonly server?: { readonly url: string; readonly user: string; readonly password: string };
  readonly org?: string;
  readonly versions: readonly ServerVersion[];
  /** Files to write the report to. */
  readonly json?: string;
  readonly junit?: string;
}

interface Given {
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  readonly org?: string;
  readonly json?: string;
  readonly junit?: string;
  readonly version?: ServerVersion;
}

/**
 * Reads the command line.
 * @param args without the program and its script
 * @throws CommanderError for what is not an option, for a value that is not allowed, and for help, which it prints
 */
export function conformanceRun(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ConformanceRun {
  const command: Command = new Command("npm run conformance --")
    .description(
      "Takes every kind of resource, and the whole CQRS configuration, through its life on an OpenObserve: made,\n" +
        "changed, replaced, found drifted, imported, deleted. It works in an organisation of its own and cleans up.\n" +
        "Default: the embedded server, as each version.",
    )
    .option("--url <url>", "a server of yours")
    .option("--user <e-mail>", "a root user of it")
    .addOption(new Option("--password <password>", "its password; better in O2CQRS_PASSWORD"))
    .option("--org <organisation>", "an empty organisation to work in (default: one of its own)")
    .addOption(new Option("--version <version>", "judge the embedded server as this one").choices(versions))
    .option("--json <file>", "write the report as JSON")
    .option("--junit <file>", "write the report as JUnit XML")
    .exitOverride();
  const { url, user, password, org, json, junit, version } = command
    .parse(args, { from: "user" })
    .opts<Given>();
  const asked = {
    ...(org !== undefined && { org }),
    ...(json !== undefined && { json }),
    ...(junit !== undefined && { junit }),
    versions: version === undefined ? versions : [version],
  };
  if (url === undefined) return asked;
  const secret = env.O2CQRS_PASSWORD ?? password;
  if (user === undefined || secret === undefined)
    command.error("error: a server of yours needs --user and the password in O2CQRS_PASSWORD");
  return { ...asked, server: { url, user, password: secret } };
}
