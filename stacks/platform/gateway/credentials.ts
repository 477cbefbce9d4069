import { z } from "zod";

/** Fewer characters could be guessed. */
const shortestToken = 16;

/** The bearer tokens that the gateway takes: one, or while clients are given another, both. */
export const gatewayTokens = z
  .array(z.string().min(shortestToken, `a bearer token has at least ${shortestToken} characters`))
  .min(1, "without a token nobody could send");

/** The content of the file of tokens. It is a secret. */
export function gatewayTokensFile(tokens: readonly string[]): string {
  return JSON.stringify(gatewayTokens.parse(tokens));
}

/** What the server is told for whoever shows a token of the gateway's: HTTP Basic of the service account. */
export interface GatewayAccount {
  readonly user: string;
  readonly credential: string;
}

/** The content of the file of the account. It is a secret. */
export const gatewayAccountFile = ({ user, credential }: GatewayAccount): string =>
  JSON.stringify({ user, credential });

/** Names of the two files in the folders that they are mounted in. */
export const tokensFile = "tokens.json";
export const accountFile = "account.json";

/** What a path of the server is for; it decides who is admitted. */
export const purposes = ["sending", "managing", "browsing"] as const;
export type Purpose = (typeof purposes)[number];

export interface GatewayScriptOptions {
  /** Where the file of `gatewayTokensFile` is mounted. */
  readonly tokens: string;
  /** Where that of `gatewayAccountFile` is, once there is one: the account is made on a server that runs. */
  readonly account: string;
}

/**
 * The gateway's script for nginx's JavaScript module (njs 0.7 and newer).
 *
 * `admit` answers nginx's question whether a request may pass, once a request: it tells who calls (`basic`,
 * `ingest`, `session` or `none`) and what the server is to be told. Tokens are compared by their SHA-256 digests,
 * every one of them each time, so that the time taken tells nothing of how much of a guess was right. The files
 * are read on each request: a rotated secret needs no reload, and they are a few hundred bytes in the page cache.
 *
 * Whatever is wrong with the gateway itself is answered 503, which clients try again, and not 401, for which many
 * throw away what they have: a file that is not there yet or is wrong, and an account whose token was changed a
 * moment ago. Should the script itself fail, nginx answers 500 and nothing passes.
 */
export function gatewayScript({ tokens, account }: GatewayScriptOptions): string {
  return `import crypto from "crypto";
import fs from "fs";

function digest(text) {
  return crypto.createHash("sha256").update(text).digest("hex");
}

function sameDigest(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

function isText(value) {
  return typeof value === "string" && value !== "";
}

function areTokens(value) {
  return Array.isArray(value) && value.every((each) => isText(each) && each.length >= ${shortestToken});
}

function isAccount(value) {
  return value !== null && isText(value.user) && isText(value.credential);
}

function read(r, path, isRight) {
  try {
    const value = JSON.parse(fs.readFileSync(path));
    if (isRight(value)) return value;
    r.error(path + " is not what it should be: no bearer token is served");
  } catch (error) {
    r.error(path + " cannot be read: no bearer token is served");
  }
  return undefined;
}

function isOneOf(tokens, token) {
  const wanted = digest(token);
  let found = false;
  tokens.forEach((each) => {
    if (sameDigest(digest(each), wanted)) found = true;
  });
  return found;
}

function kindOf(r) {
  const header = r.headersIn["Authorization"];
  if (header === undefined) {
    const cookies = r.headersIn["Cookie"];
    return cookies !== undefined && /(?:^|; )auth_tokens=/.test(cookies) ? "session" : "none";
  }
  if (header.startsWith("Basic ")) return "basic";
  if (!header.startsWith("Bearer ")) return "none";
  const tokens = read(r, ${JSON.stringify(tokens)}, areTokens);
  if (tokens === undefined) return "unready";
  return isOneOf(tokens, header.slice("Bearer ".length)) ? "ingest" : "none";
}

function pass(r, kind, authorization) {
  r.headersOut["Gateway-Kind"] = kind;
  if (authorization !== undefined) r.headersOut["Gateway-Authorization"] = authorization;
  r.return(200, " ");
}

function refuse(r, kind, reason) {
  r.headersOut["Gateway-Kind"] = kind;
  r.headersOut["Gateway-Refusal"] = reason;
  r.return(401, " ");
}

function admit(r) {
  const purpose = r.uri.slice(r.uri.lastIndexOf("/") + 1);
  const kind = kindOf(r);
  if (kind === "none" && purpose !== "browsing") return refuse(r, kind, "unknown");
  if (kind === "unready") return refuse(r, kind, "unready");
  if (kind !== "ingest") return pass(r, kind, kind === "basic" ? r.headersIn["Authorization"] : undefined);
  // A token for sending does nothing else, not even by a path that reads like one for sending.
  if (purpose !== "sending" || r.variables.request_method !== "POST") return refuse(r, kind, "beyond");
  const account = read(r, ${JSON.stringify(account)}, isAccount);
  if (account === undefined) return refuse(r, kind, "unready");
  const credentials = Buffer.from(account.user + ":" + account.credential).toString("base64");
  pass(r, kind, "Basic " + credentials);
}

function limitKey(r) {
  const header = r.headersIn["Authorization"];
  return header === undefined ? r.remoteAddress : digest(header).slice(0, 32);
}

export default { admit, limitKey };
`;
}
