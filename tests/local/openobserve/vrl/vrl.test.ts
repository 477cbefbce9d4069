import { compileVrl } from "../../../../local/openobserve/vrl/compile.js";
import { runVrl } from "../../../../local/openobserve/vrl/run.js";
import { describeWithShared } from "../../../shared.js";
import { readFileSync } from "node:fs";

const errorOf = (source: string): string => {
  const compiled = compileVrl(source);
  return compiled.ok ? "" : compiled.error;
};

describe("A VRL program", () => {
  it("that compiles has no error", () => {
    expect(compileVrl("if exists(.a) { .b = 1 }\n.")).toEqual({ ok: true });
  });

  it("has the same outcome each time, whatever compiled since", () => {
    const good = ".a = 1\n.";
    for (let n = 0; n < 3; n++) {
      expect(compileVrl(good)).toEqual({ ok: true });
      expect(errorOf(".a = \n")).toContain("syntax error");
      for (let other = 0; other < 101; other++) compileVrl(`.n = ${other}\n.`);
    }
  });

  it("that does not shows the line, the place under it, and where to read on", () => {
    expect(errorOf("if (.user_email) {\n  .x = 1\n}\n.").split("\n")).toEqual([
      "",
      "error[E102]: non-boolean predicate",
      "  ┌─ :1:4",
      "  │",
      "1 │ if (.user_email) {",
      "  │    ^^^^^^^^^^^^^",
      "  │    │",
      "  │    this predicate must resolve to a boolean",
      "  │    instead it resolves to any",
      "  │",
      "  = hint: coerce the value to the required type using a coercion function",
      "  = see documentation about if expressions at https://vrl.dev/expressions/#if",
      "  = learn more about error code 102 at https://errors.vrl.dev/102",
      "  = see language documentation at https://vrl.dev",
      "  = try your code in the VRL REPL, learn more at https://vrl.dev/examples",
      "",
    ]);
  });

  it("is located by characters, also behind letters of several bytes", () => {
    expect(errorOf('.a = "é" + = 1\n.')).toContain("┌─ :1:12");
  });

  it("shows an error on its own line of several", () => {
    const error = errorOf(".a = 1\n.b = to_int(.c)\n.");
    expect(error).toContain("┌─ :2:6");
    expect(error).toContain("2 │ .b = to_int(.c)");
    expect(error).toContain("  │ ---- ^^^^^^^^^^");
  });

  it("gives its last expression", () => {
    expect(runVrl(".n = .n + 1 ?? 0\n.", { n: 1 })).toEqual({ ok: true, event: { n: 2 } });
    expect(runVrl('. = { "only": this }'.replace("this", "1") + "\n.", { n: 1 })).toEqual({
      ok: true,
      event: { only: 1 },
    });
  });

  it("tells a failing call with the places of all calls around it", () => {
    const run = runVrl('.a = replace(string!(.a), "x", "y")\n.', { a: 5 });
    expect(run).toEqual({ ok: false, error: expect.stringContaining("expected string, got integer") });
    expect(run).toMatchObject({
      error: expect.stringMatching(/^Error\(Error \{ message: .*labels: \[Label .*, Label /),
    });
  });

  it("tells an abort with its place", () => {
    expect(runVrl('if .level == "debug" { abort }\n.', { level: "debug" })).toEqual({
      ok: false,
      error: "Abort(Abort { span: Span { start: 23, end: 28 }, message: None })",
    });
  });

  it("leaves integers beyond what a double holds as they are", () => {
    const at = 1_795_464_487_898_269_123n;
    expect(runVrl(".x = 1\n.", { at, n: 1 })).toEqual({ ok: true, event: { at, n: 1, x: 1 } });
  });
});

describeWithShared(
  "openobserve/recordings-v0.60.5.jsonl",
  "The errors of VRL programs on the real server",
  (file) => {
    interface Exchange {
      readonly name: string;
      readonly requestBody: { readonly function?: string } | null;
      readonly responseBody: { readonly message?: string };
    }
    const recorded = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Exchange)
      .filter(
        ({ name, responseBody }) => name.startsWith("fn.") && responseBody.message?.startsWith("\nerror["),
      );

    it.each(
      recorded.map(({ name, requestBody, responseBody }) => [
        name,
        requestBody?.function ?? "",
        responseBody.message,
      ]),
    )("are told in the same words: %s", (_, source, message) => {
      expect(errorOf(source.endsWith(".") ? source : `${source} \n .`)).toBe(message);
    });

    it("are several", () => expect(recorded.length).toBeGreaterThan(5));
  },
);
