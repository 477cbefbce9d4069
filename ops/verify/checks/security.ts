import { type Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import {
  AuthenticationError,
  OpenObserve,
  OpenObserveError,
  UnavailableError,
} from "@o2cqrs/providers/client";
import { productionNames } from "@o2cqrs/stacks/config";
import { type Check, fail, judge, notApplicable, pass } from "../check.js";
import { appConnection, type VerifyContext } from "../context.js";

const skippedFolders = new Set(["node_modules", ".git", "dist", "coverage"]);
const largestFile = 4 * 1024 * 1024;

/** Shorter ones would be found in ordinary words. */
const shortestSecret = 8;

/**
 * The embedded server's own record, which only its owner can read, as it has nowhere else to keep its password;
 * and the server's own store, which with a real server is not in the project either.
 */
const ownRecord = join(".o2cqrs", "local", "server.json");
const ownStore = join(".o2cqrs", "local", "data") + sep;

export const tokensPrivate: Check = async ({ projectRoot, secrets }) => {
  const forms = secrets
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
  if (forms.length === 0)
    return notApplicable(
      `no credential of at least ${shortestSecret} characters is known that could be looked for`,
    );
  let read = 0;
  let passedOver = 0;
  const problems: string[] = [];
  for await (const file of filesBelow(projectRoot)) {
    const { size, mode } = await stat(file);
    if (size > largestFile) {
      passedOver++;
      continue;
    }
    read++;
    const text = await readFile(file, "latin1");
    if (!forms.some((form) => text.includes(form))) continue;
    const name = relative(projectRoot, file);
    if (name.startsWith(ownStore) || (name === ownRecord && (mode & 0o077) === 0)) continue;
    problems.push(`${name.split(sep).join("/")} holds a credential in plaintext`);
  }
  return judge(problems, {
    evidence: [
      `${read} files of the project searched, ${problems.length} with a credential`,
      ...(passedOver > 0 ? [`${passedOver} of more than 4 MiB not searched`] : []),
    ].join(", "),
    cure: "Delete it there, rotate the token (replace the stack's service account), and hand it over by environment or secret store.",
  });
};

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/**
 * The right token is taken elsewhere, by each check that writes; here the wrong ones must be refused. A gateway's
 * own token must not manage either. What Basic may do OpenObserve alone decides: it gives a service account all.
 */
export const tokenRights: Check = async (context) => {
  const { appConfig } = context;
  const attempts = {
    "a wrong token": { kind: "basic", user: appConfig.user ?? "nobody", password: "wrong-token" },
    "an unknown user": { kind: "basic", user: "nobody@o2cqrs.internal", password: appConfig.token },
    "a wrong bearer token": { kind: "bearer", token: "wrong-token" },
  } as const;
  const problems: string[] = [];
  for (const [what, credential] of Object.entries(attempts)) {
    const server = new OpenObserve(appConnection(context, credential));
    try {
      await server.telemetry.ingest(appConfig.streams.commands, []);
      problems.push(`${what} is taken`);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
    } finally {
      await server.close();
    }
  }
  const refused = Object.keys(attempts).length - problems.length;
  const ownToken = appConfig.user === undefined;
  if (ownToken && (await mayManage(context)))
    problems.push("the application's token reads the alerts as well");
  return judge(problems, {
    evidence: [
      `${refused} of ${Object.keys(attempts).length} wrong credentials refused`,
      ...(ownToken && problems.length === 0 ? ["the application's token kept from managing"] : []),
    ].join(", "),
    cure: "Check the authentication of the gateway in front of OpenObserve.",
  });
};

async function mayManage({ app }: VerifyContext): Promise<boolean> {
  try {
    await app.alerts.list();
    return true;
  } catch (error) {
    if (error instanceof AuthenticationError) return false;
    throw error;
  }
}

export const https: Check = async ({ appConfig, appEnv, environment, app }) => {
  const plain = Object.entries({ "the server": appConfig.baseUrl, ...appEnv }).filter(([, value]) =>
    value.startsWith("http://"),
  );
  if (plain.length > 0 && !productionNames.includes(environment)) {
    return notApplicable(`${environment} is not production; it is reached by http`);
  }
  if (plain.length > 0)
    return fail(
      `${appConfig.baseUrl} is not https, or what the application is given is not`,
      "Set o2cqrs:url to the gateway's https address, and deploy.",
      plain.map(([name, address]) => `${name}: ${address}`),
    );
  await answers(app);
  return pass(`${appConfig.baseUrl}, certificate valid`);
};

/** A certificate that does not hold fails the request; whatever else the answer is, it came by one that does. */
async function answers(server: OpenObserve): Promise<void> {
  try {
    await server.config();
  } catch (error) {
    if (!(error instanceof OpenObserveError) || error.status === undefined) throw error;
  }
}

const burst = 400;

/** Empty batches, so that nothing is stored, until the gateway says that it is enough. */
export const rateLimit: Check = async (context) => {
  if (context.target === "local") return notApplicable("the embedded server has no gateway in front");
  const outcomes = await Promise.allSettled(Array.from({ length: burst }, () => sendEmptyBatch(context)));
  const limited = outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value === "limited");
  if (limited.length > 0) return pass(`${limited.length} of ${burst} requests at once were refused`);
  // What got no answer was not taken: nothing is known of a limit.
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  if (context.target === "existing")
    return notApplicable(
      `no limit met with ${burst} requests at once; the server is not deployed by this stack`,
    );
  return fail(
    `${burst} requests at once were all taken`,
    "Set the gateway's rate limit and deploy: o2cqrs up.",
  );
};

async function sendEmptyBatch(context: VerifyContext): Promise<"limited" | "taken"> {
  const { appConfig } = context;
  const credential = { kind: "basic", user: appConfig.user ?? "", password: appConfig.token } as const;
  const server = new OpenObserve(appConnection(context, credential), { retries: 0 });
  try {
    await server.telemetry.ingest(appConfig.streams.commands, []);
    return "taken";
  } catch (error) {
    if (error instanceof UnavailableError && error.status === 429) return "limited";
    // Refused for another reason, it was let in by the limit.
    if (error instanceof OpenObserveError && error.status !== undefined) return "taken";
    throw error;
  } finally {
    await server.close();
  }
}
