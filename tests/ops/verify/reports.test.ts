import { acceptanceIds, acceptanceItems } from "@o2cqrs/contract";
import fc from "fast-check";
import { createColors } from "picocolors";
import { type CheckResult, type VerifyReport } from "../../../ops/verify/check.js";
import { escapeMarkup } from "../../../ops/verify/report/escape.js";
import { htmlReport } from "../../../ops/verify/report/html.js";
import { junitReport } from "../../../ops/verify/report/junit.js";
import { tableReport } from "../../../ops/verify/report/table.js";

const result = (changes: Partial<CheckResult>): CheckResult => ({
  id: "streams-exist",
  title: "The streams exist",
  area: "environment",
  threshold: "6 of 6",
  verdict: "pass",
  evidence: "6 of 6 exist",
  milliseconds: 12,
  ...changes,
});

const report = (results: readonly CheckResult[]): VerifyReport => ({
  url: "http://127.0.0.1:5080",
  organization: "default",
  stack: "local",
  startedAt: "2026-01-02T03:04:05.000Z",
  since: "15m",
  results,
});

const failed = result({
  id: "https",
  area: "security",
  verdict: "fail",
  evidence: "http://…",
  cure: "Use https.",
  details: ["first", "second"],
});
const skipped = result({
  id: "rate-limit",
  area: "security",
  verdict: "notApplicable",
  evidence: "no gateway",
});
const hostile = `</td><script>alert("1")</script>&'\u0000\ud800`;

describe("the report of verify", () => {
  test("says for every check what was seen and what was wanted, and for a failure what to do", () => {
    const text = tableReport(report([result({}), failed, skipped]), {
      colours: createColors(false),
      width: 100,
    });
    expect(text).toMatch(/^pass\s+streams-exist\s+6 of 6 exist \(wanted: 6 of 6\)$/m);
    expect(text).toMatch(/^FAIL\s+https/m);
    expect(text).toMatch(/^n\/a\s+rate-limit\s+no gateway/m);
    expect(text).toContain("  - second\n  What to do: Use https.");
    expect(text).toContain("1 passed, 1 failed, 1 not applicable");
  });

  test("is JUnit XML: a suite an area, a failure with its message, a skip with its reason", () => {
    const xml = junitReport(report([result({}), failed, skipped]));
    expect(xml).toContain('<testsuites name="o2cqrs verify" tests="3" failures="1" errors="0" skipped="1"');
    expect(xml).toContain('<testsuite name="security" timestamp="2026-01-02T03:04:05.000Z" tests="2"');
    expect(xml).toContain('<skipped message="no gateway"/>');
    expect(xml).toMatch(
      /<failure message="[^"]*http:[^"]*">first\nsecond\nWhat to do: Use https\.<\/failure>/,
    );
  });

  test("is one HTML page that loads nothing and runs nothing", () => {
    const html = htmlReport(report([result({}), failed, skipped]));
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
    expect(html).toContain("default-src 'none'");
  });

  test("shows hostile text as text, in HTML and in XML", () => {
    const results = [
      result({ evidence: hostile, details: [hostile], cure: hostile, verdict: "fail", title: hostile }),
    ];
    for (const markup of [htmlReport(report(results)), junitReport(report(results))]) {
      expect(markup).not.toContain("<script");
      expect(markup).toContain("&lt;script&gt;");
      expect(markup).not.toContain("\u0000");
    }
  });

  test("escapes any text so that no markup character and no character that XML forbids is left", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const escaped = escapeMarkup(text);
        expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toMatch(/[&<>"']/);
        expect(Buffer.from(escaped, "utf8").toString("utf8")).toBe(escaped);
      }),
    );
  });
});

describe("the acceptance items", () => {
  test("stand on at least one list each and say what they measure against", () => {
    for (const id of acceptanceIds) {
      expect(acceptanceItems[id].lists.length).toBeGreaterThan(0);
      expect(acceptanceItems[id].threshold).not.toBe("");
    }
  });
});
