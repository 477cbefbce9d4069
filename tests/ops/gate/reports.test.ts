import { createColors } from "picocolors";
import { type GateRecord } from "../../../ops/gate/record.js";
import { gateHtml } from "../../../ops/gate/report/html.js";
import { gateMarkdown } from "../../../ops/gate/report/markdown.js";
import { gateText } from "../../../ops/gate/report/terminal.js";
import { gateSettings } from "../../../ops/gate/settings.js";
import { type FigureVerdict } from "../../../ops/gate/verdict.js";
import { reviewDocument } from "../../../ops/rollback/review.js";

const at = Date.UTC(2026, 0, 1);
const attacks = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `[click](javascript:alert(1))`,
  `![x](http://evil.example/p.png)`,
  "a | b |\n| --- | --- |\n# heading",
  "`code` **bold** <!-- -->",
];

const verdict = (text: string): FigureVerdict => ({
  id: "queryLatency",
  title: text,
  status: "bad",
  reason: text,
  unit: "ms",
  canary: 412.34,
  canarySample: 77,
  stable: 41.2,
  stableSample: 1463,
  limit: 300,
  pLimit: 0.00001,
  pStable: 0.0234,
  settleMs: 0,
  atOnce: false,
});

const record = (text: string): GateRecord => ({
  format: 1,
  kind: "gate",
  id: "20260101T000000Z",
  stack: text,
  service: text,
  canary: text,
  stable: text,
  traffic: text,
  settings: gateSettings.parse({}),
  startedAt: at,
  resumedAt: [at],
  phase: { kind: "ended" },
  steps: [
    {
      percent: 5,
      since: at,
      looks: [
        { at, verdicts: [verdict(text)] },
        { at, blind: text },
      ],
      endedAt: at + 60_000,
      decision: { kind: "rollback", reason: text },
    },
  ],
  outcome: { kind: "rolledBack", at: at + 60_000, reason: text },
  annotated: text,
});

describe("the gate's report", () => {
  test("holds every figure: both versions, their samples, limit and probabilities", () => {
    for (const report of [gateMarkdown(record("x")), gateHtml(record("x")).replaceAll("&lt;", "<")])
      for (const figure of ["412.3 ms", "77", "41.2 ms", "1463", "300.0 ms", "0.0001", "0.0234"])
        expect(report).toContain(figure);
  });

  test("is plain text on a terminal: of each step the last look, and no entity of HTML", () => {
    const style = { colours: createColors(false), width: 140 };
    const [step] = record("x").steps;
    const seen = { ...step!, looks: [step!.looks[1]!, step!.looks[0]!] };
    const text = gateText({ ...record("a (b) & [c]"), steps: [step!, seen] }, style);
    expect(text).toMatch(/^Release a \(b\) & \[c\] \(stable a \(b\) & \[c\]\): rolled back$/m);
    expect(text).not.toMatch(/&#?\w+;|\| ---/);
    expect(text).toContain("nothing could be seen: x");
    expect(gateText({ ...record("x"), steps: [{ ...step!, looks: seen.looks.slice(1) }] }, style)).toMatch(
      /rollback, 1 look$/m,
    );
    expect(text).toMatch(/x\s+bad\s+412\.3 ms of 77\s+41\.2 ms of 1463\s+300\.0 ms\s+x$/m);
  });

  test.each(attacks)("shows %j as text in HTML", (attack) => {
    const html = gateHtml(record(attack));
    expect(html).not.toMatch(/<script|<img|<!--/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html).toContain("default-src 'none'");
  });

  test.each(attacks)("shows %j as text in Markdown", (attack) => {
    const tables = (markdown: string) => markdown.split("\n").filter((line) => line.startsWith("|"));
    const plain = gateMarkdown(record("x"));
    const attacked = gateMarkdown(record(attack));
    expect(attacked).not.toMatch(/[<`]|\]\(|!\[/);
    expect(attacked.split("\n")).toHaveLength(plain.split("\n").length);
    expect(tables(attacked).map((line) => line.split("|").length)).toEqual(
      tables(plain).map((line) => line.split("|").length),
    );
  });
});

test.each(attacks)("the draft of a review shows %j as text", (attack) => {
  const review = (text: string) =>
    reviewDocument({
      rollback: {
        format: 1,
        kind: "rollback",
        id: "20260101T000000Z",
        stack: text,
        trigger: { source: "alert", alert: text, reason: text },
        dryRun: false,
        startedAt: at,
        endedAt: at,
        steps: [{ id: "traffic", status: "failed", detail: text, at }],
      },
      gate: record(text),
      minutes: [
        {
          ...{ at, version: text, commands: 1, commandErrors: 1, commandP95: 900 },
          ...{ queries: 1, queryP95: 1, hits: 1, deadLetters: 0 },
        },
      ],
      blind: text,
    });
  expect(review(attack)).not.toMatch(/<|\]\(|!\[/);
  expect(review(attack).split("\n")).toHaveLength(review("x").split("\n").length);
});
