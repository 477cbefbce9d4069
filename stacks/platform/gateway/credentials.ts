import { z } from "zod";

/**
 * The file of bearer tokens that the gateway reads, one JSON object from a mounted secret. Each token stands
 * for a user and a credential that the server accepts by HTTP Basic, for sending telemetry alone.
 */
export const gatewayTokens = z.array(
  z.strictObject({
    token: z.string().min(16, "a bearer token has at least 16 characters"),
    user: z.string().min(1),
    credential: z.string().min(1),
  }),
);

export type GatewayToken = z.infer<typeof gatewayTokens>[number];

/** The content of the tokens file. It is a secret. */
export function gatewayTokensFile(tokens: readonly GatewayToken[]): string {
  return JSON.stringify(gatewayTokens.parse(tokens));
}

/**
 * The gateway's script for nginx's JavaScript module (njs 0.7 and newer).
 *
 * It tells who calls (`basic`, `ingest`, `session` or `none`), what the server is to be told, and a key for
 * rate limits that is not the secret itself. Tokens are compared by their SHA-256 digests, every one of them
 * each time, so that the time taken tells nothing of how much of a guess was right. The file is read on each
 * request: a rotated secret needs no reload, and it is a few hundred bytes in the page cache.
 */
export function gatewayScript(tokensPath: string): string {
  return `import crypto from "crypto";
import fs from "fs";

const tokensPath = ${JSON.stringify(tokensPath)};

function digest(text) {
  return crypto.createHash("sha256").update(text).digest("hex");
}

function sameDigest(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

function tokens(r) {
  try {
    return JSON.parse(fs.readFileSync(tokensPath));
  } catch (error) {
    r.error("the gateway's tokens cannot be read: every bearer token is refused");
    return [];
  }
}

function findToken(r, token) {
  const wanted = digest(token);
  let found;
  tokens(r).forEach((entry) => {
    if (sameDigest(digest(entry.token), wanted)) found = entry;
  });
  return found;
}

function identify(r) {
  const header = r.headersIn["Authorization"];
  if (header === undefined) {
    const cookies = r.headersIn["Cookie"];
    return { kind: cookies !== undefined && /(?:^|; )auth_tokens=/.test(cookies) ? "session" : "none", header: "" };
  }
  if (header.startsWith("Basic ")) return { kind: "basic", header };
  if (!header.startsWith("Bearer ")) return { kind: "none", header: "" };
  const entry = findToken(r, header.slice("Bearer ".length));
  if (entry === undefined) return { kind: "none", header: "" };
  return { kind: "ingest", header: "Basic " + Buffer.from(entry.user + ":" + entry.credential).toString("base64") };
}

function kind(r) {
  return identify(r).kind;
}

function authorization(r) {
  return identify(r).header;
}

function limitKey(r) {
  const header = r.headersIn["Authorization"];
  return header === undefined ? r.remoteAddress : digest(header).slice(0, 32);
}

export default { kind, authorization, limitKey };
`;
}
