import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import {
  gatewayAccountFile,
  gatewayScript,
  gatewayTokensFile,
  type Purpose,
  purposes,
} from "../../../../stacks/platform/gateway/credentials.js";

/** The gateway's script, run by Node, which knows what it uses of nginx's JavaScript. */

interface NginxRequest {
  readonly uri: string;
  readonly headersIn: Readonly<Record<string, string>>;
  readonly headersOut: Record<string, string>;
  readonly variables: { readonly request_method: string };
  readonly remoteAddress: string;
  error(message: string): void;
  return(status: number, text: string): void;
}

interface Script {
  admit(request: NginxRequest): void;
  limitKey(request: NginxRequest): string;
}

const token = "plan-token-0123456789abcdef";
const account = { user: "orders@o2cqrs.internal", credential: "account-token" };
const basicOf = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

let folder: string;
let script: Script;
let told: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "o2cqrs-gateway-script-"));
  told = [];
  const at = (name: string) => join(folder, name);
  writeFileSync(at("tokens.json"), gatewayTokensFile([token]));
  writeFileSync(at("account.json"), gatewayAccountFile(account));
  const text = gatewayScript({ tokens: at("tokens.json"), account: at("account.json") })
    .replace(/^import (\w+) from "(\w+)";$/gm, 'const $1 = require("$2");')
    .replace("export default", "return");
  script = (compileFunction(text, ["require"]) as (from: typeof require) => Script)(require);
});
afterEach(() => rmSync(folder, { recursive: true }));

const request = (
  headersIn: Readonly<Record<string, string>>,
  { purpose = "sending", method = "POST" }: { purpose?: Purpose; method?: string } = {},
): NginxRequest => ({
  uri: `/-/admit/${purpose}`,
  headersIn,
  headersOut: {},
  variables: { request_method: method },
  remoteAddress: "192.0.2.1",
  error: (message) => told.push(message),
  return: () => undefined,
});

function answerOf(asked: NginxRequest) {
  let status = 0;
  script.admit({ ...asked, return: (given) => (status = given) });
  return { status, ...asked.headersOut };
}

const bearer = { Authorization: `Bearer ${token}` };

describe("the gateway's script", () => {
  it("tells the server the service account for a token that sends", () => {
    expect(answerOf(request(bearer))).toEqual({
      status: 200,
      "Gateway-Kind": "ingest",
      "Gateway-Authorization": basicOf(account.user, account.credential),
    });
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "POSTS"])(
    "refuses %s to a token, even on a path for sending",
    (method) => {
      expect(answerOf(request(bearer, { method }))).toMatchObject({
        status: 401,
        "Gateway-Refusal": "beyond",
      });
    },
  );

  it.each(purposes.filter((purpose) => purpose !== "sending"))("refuses %s to a token", (purpose) => {
    expect(answerOf(request(bearer, { purpose }))).toMatchObject({
      status: 401,
      "Gateway-Refusal": "beyond",
    });
  });

  it("passes HTTP Basic as it is, whatever it is for: the server judges", () => {
    const Authorization = basicOf("root@example.com", "secret");
    for (const purpose of purposes)
      expect(answerOf(request({ Authorization }, { purpose, method: "DELETE" }))).toEqual({
        status: 200,
        "Gateway-Kind": "basic",
        "Gateway-Authorization": Authorization,
      });
  });

  it.each([
    ["nobody", {}],
    ["a token that it does not know", { Authorization: "Bearer something-else-entirely" }],
    ["another scheme", { Authorization: "Digest x" }],
  ])("lets %s at the web application alone, without a credential", (_title, headers) => {
    const answers = purposes.map((purpose) => answerOf(request(headers, { purpose })));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
    expect(JSON.stringify(answers)).not.toContain("Gateway-Authorization");
  });

  it("takes the cookie of the web application's session, and tells the server nothing more", () => {
    const Cookie = "theme=dark; auth_tokens=x";
    expect(answerOf(request({ Cookie }, { purpose: "managing" }))).toEqual({
      status: 200,
      "Gateway-Kind": "session",
    });
  });

  it.each(["tokens.json", "account.json"])(
    "is not ready for a token while %s cannot be read, and says so",
    (file) => {
      writeFileSync(join(folder, file), '{"half');
      expect(answerOf(request(bearer))).toMatchObject({ status: 401, "Gateway-Refusal": "unready" });
      expect(told.join()).toContain(file);
      expect(told.join()).not.toContain(token);
    },
  );

  it("limits by credential without holding it, and by address who shows none", () => {
    const key = script.limitKey(request(bearer));
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(script.limitKey(request({ Authorization: "Bearer another" }))).not.toBe(key);
    expect(script.limitKey(request({}))).toBe("192.0.2.1");
  });
});
