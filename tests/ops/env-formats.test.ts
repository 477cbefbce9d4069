import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { envNames } from "@o2cqrs/contract";
import fc from "fast-check";
import { parse } from "yaml";
import { envFormats } from "../../ops/env/format.js";
import { envDocument, envVariables } from "../../ops/env/variable.js";
import { writePrivateFile } from "../../ops/storage/private-file.js";

const awkward: Readonly<Record<string, string>> = {
  OPENOBSERVE_URL: "https://o2.example.com/base?x=1&y=2",
  OPENOBSERVE_ORGANIZATION: "my org",
  OPENOBSERVE_TOKEN: `a'b"c$HOME\\n#not-a-comment`,
  CQRS_STREAM_COMMANDS: "$(touch /tmp/owned)`id`",
  OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=prod,service.version=1.2.3",
  OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Basic%20dXNlcjpwYXNz",
  CQRS_STREAM_EVENTS: "two\nlines",
  CQRS_STREAM_QUERIES: "",
};

const documentOf = (env: Readonly<Record<string, string>>) => envDocument(envVariables(env), true);

describe("the application's environment", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "o2cqrs-env-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function evaluateInShell(text: string, names: readonly string[]): Record<string, string | undefined> {
    const file = join(folder, "env.sh");
    writeFileSync(file, text);
    const print = "process.stdout.write(JSON.stringify(process.env))";
    const output = execFileSync("sh", ["-c", '. "$0" && exec "$1" -e "$2"', file, process.execPath, print], {
      encoding: "utf8",
    });
    const env = JSON.parse(output) as Record<string, string>;
    return Object.fromEntries(names.map((name) => [name, env[name]]));
  }

  test("comes out of a real shell as it went in, whatever the values hold", () => {
    const names = Object.keys(awkward);
    expect(evaluateInShell(envFormats.shell(documentOf(awkward)), names)).toEqual(awkward);
  });

  test("comes out of a dotenv parser as it went in", () => {
    const writable = Object.fromEntries(
      Object.entries(awkward).filter(([name]) => name !== "OPENOBSERVE_TOKEN"),
    );
    expect(parseEnv(envFormats.dotenv(documentOf(writable)))).toEqual(writable);
  });

  test("is refused as dotenv when no quotes can hold a value, naming the variable and the way out", () => {
    expect(() => envFormats.dotenv(documentOf(awkward))).toThrow(
      /OPENOBSERVE_TOKEN cannot be written as dotenv/,
    );
  });

  test("survives dotenv for every text that dotenv can hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (value) => {
        fc.pre(!value.includes("\r"));
        let text: string;
        try {
          text = envFormats.dotenv(documentOf({ OPENOBSERVE_TOKEN: value }));
        } catch {
          // Refused aloud is allowed; changed in silence is not.
          return;
        }
        expect(parseEnv(text)).toEqual({ OPENOBSERVE_TOKEN: value });
      }),
      { numRuns: 500 },
    );
  });

  test("is one JSON object", () => {
    expect(JSON.parse(envFormats.json(documentOf(awkward)))).toEqual(awkward);
  });

  test("is a Kubernetes Secret whose data are the values", () => {
    const manifest: unknown = parse(envFormats["k8s-secret"](documentOf(awkward)));
    expect(manifest).toMatchObject({ apiVersion: "v1", kind: "Secret", type: "Opaque", stringData: awkward });
  });

  test("is a Compose environment with every dollar doubled, so that nothing is expanded", () => {
    const { environment } = parse(envFormats.compose(documentOf(awkward)));
    const expanded = Object.fromEntries(
      Object.entries(environment as Record<string, string>).map(([name, value]) => [
        name,
        value.replaceAll("$$", "$"),
      ]),
    );
    expect(expanded).toEqual(awkward);
    expect(environment.CQRS_STREAM_COMMANDS).toBe("$$(touch /tmp/owned)`id`");
  });

  test("is written for GitHub Actions between delimiters that no value can end early", () => {
    const text = envFormats.github(documentOf({ ...awkward, OPENOBSERVE_USER: "x\nend-\nINJECTED=1" }));
    const read: Record<string, string> = {};
    const lines = text.split("\n");
    while (lines.length > 1) {
      const [name, delimiter] = lines.shift()!.split("<<");
      const end = lines.indexOf(delimiter!);
      read[name!] = lines.splice(0, end).join("\n");
      lines.shift();
    }
    expect(read).toEqual({ ...awkward, OPENOBSERVE_USER: "x\nend-\nINJECTED=1" });
  });

  test("doubles every quote that PowerShell takes for one", () => {
    expect(envFormats.powershell(documentOf({ OPENOBSERVE_TOKEN: "it's ‘so’ $x" }))).toBe(
      "$env:OPENOBSERVE_TOKEN = 'it''s ‘‘so’’ $x'\n",
    );
  });

  test("holds no secret unless asked for, and names what was left out", () => {
    const document = envDocument(envVariables(awkward), false);
    expect(document.withheld).toEqual([envNames.token, envNames.otelHeaders]);
    for (const format of Object.values(envFormats)) {
      const text = format({
        ...document,
        variables: document.variables.filter(({ name }) => name !== "CQRS_STREAM_COMMANDS"),
      });
      expect(text).not.toContain("dXNlcjpwYXNz");
      expect(text).not.toContain("not-a-comment");
    }
    expect(envFormats.dotenv(document)).toContain(
      "# OPENOBSERVE_TOKEN is a secret: written with --show-secrets",
    );
  });

  test("lists the contract's names first and in its order", () => {
    const variables = envVariables({ ZZZ: "1", CQRS_STREAM_EVENTS: "e", OPENOBSERVE_URL: "u", AAA: "2" });
    expect(variables.map(({ name }) => name)).toEqual([
      "OPENOBSERVE_URL",
      "CQRS_STREAM_EVENTS",
      "AAA",
      "ZZZ",
    ]);
  });

  test("is written to a file that only its owner can read, also over one that everyone could", async () => {
    const file = join(folder, "deep", ".env");
    await writePrivateFile(file, "one");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(join(folder, "open"), "old", { mode: 0o644 });
    await writePrivateFile(join(folder, "open"), "new");
    expect(statSync(join(folder, "open")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "open"), "utf8")).toBe("new");
  });
});
