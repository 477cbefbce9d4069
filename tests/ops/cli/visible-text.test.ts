import fc from "fast-check";
import { createColors } from "picocolors";
import { renderTable } from "../../../ops/cli/table.js";
import { Terminal } from "../../../ops/cli/terminal.js";
import { visibleLine, visibleText } from "../../../ops/cli/visible-text.js";
import { doctorReport } from "../../../ops/doctor/report.js";
import { gateText } from "../../../ops/gate/report/terminal.js";
import { markdownText } from "../../../ops/gate/report/markdown-text.js";
import { gateSettings } from "../../../ops/gate/settings.js";
import { escapeMarkup } from "../../../ops/verify/report/escape.js";
import { tableReport } from "../../../ops/verify/report/table.js";

/** Moves, erases, renames the window, writes over the line, hides, turns the direction; each drove a terminal. */
const attacks = [
  "\u001b[2J\u001b[H",
  "\u001b]0;owned\u0007",
  "\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\",
  "\rpass  everything is good",
  "\u009b31m",
  "\u001b[31mred\u001b[39m",
  "\u001b[8mhidden\u001b[0m",
  "a\u0008\u0008b\u007f",
  "cqrs-\u202esdnammoc\u202c",
  "\u2066x\u2069\u200f",
  "one\u2028two\u0085three",
  "shown\ufff9beside\ufffait\ufffb",
];

const driving =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/;
const colours = createColors(true);
const ownColours = /\u001b\[(?:1|2|22|31|32|33|39)m/g;

describe("text from anywhere", () => {
  test.each(attacks)("%j drives no terminal", (attack) => {
    expect(visibleText(attack)).not.toMatch(driving);
    expect(visibleText(attack)).toContain("\\u");
  });

  test("is left as it is where it drives nothing, and in JSON means the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = visibleText(text);
        expect(shown).not.toMatch(driving);
        if (!driving.test(text)) expect(shown).toBe(text);
        expect(JSON.parse(visibleText(JSON.stringify(text)))).toBe(text);
      }),
    );
  });

  test("keeps tabs and line ends, and as a line begins no other", () => {
    expect(visibleText("a\tb\r\n c\n")).toBe("a\tb\n c\n");
    expect(visibleLine("held\n2026-01-01  promote: good")).toBe("held 2026-01-01  promote: good");
  });

  test("keeps colours only where they are this program's own", () => {
    const painted = colours.bold(colours.red("FAIL"));
    expect(visibleText(painted, { coloured: true })).toBe(painted);
    expect(visibleText(painted)).not.toMatch(driving);
    expect(visibleText("\u001b[8mhidden\u001b[5m\u001b[38;5;1m", { coloured: true })).not.toMatch(driving);
  });
});

describe("a terminal is not driven", () => {
  function terminalOf(isTTY: boolean) {
    const said = { stdout: "", stderr: "" };
    const sink = (name: keyof typeof said) => ({ write: (text: string) => (said[name] += text), isTTY });
    return { terminal: new Terminal({ stdout: sink("stdout"), stderr: sink("stderr"), env: {} }), said };
  }

  test.each(attacks)("by %j in a result, a remark or an error", (attack) => {
    for (const isTTY of [true, false]) {
      const { terminal, said } = terminalOf(isTTY);
      terminal.print(attack);
      terminal.note(attack);
      terminal.error(attack);
      expect(said.stdout).not.toMatch(driving);
      expect(said.stderr.replace(ownColours, "")).not.toMatch(driving);
      // A colour within a value is none of ours.
      expect(said.stderr.match(ownColours) ?? []).toHaveLength(isTTY ? 2 : 0);
    }
  });

  test.each(attacks)(
    "by %j in what an operator asked to see, but a program is given it to the letter",
    (attack) => {
      const shown = terminalOf(true);
      shown.terminal.printRevealed(attack);
      expect(shown.said.stdout).not.toMatch(driving);
      const piped = terminalOf(false);
      piped.terminal.printRevealed(attack);
      expect(piped.said.stdout).toBe(`${attack}\n`);
    },
  );

  test.each(attacks)("by %j in the title of what takes long", async (attack) => {
    const { terminal, said } = terminalOf(false);
    jest.useFakeTimers();
    try {
      const done = terminal.during(attack, () => new Promise<void>((resolve) => setTimeout(resolve, 5000)));
      await jest.advanceTimersByTimeAsync(5000);
      await done;
    } finally {
      jest.useRealTimers();
    }
    expect(said.stderr).toContain("s\n");
    expect(said.stderr).not.toMatch(driving);
  });

  const style = { colours, width: 120 };
  /** How many colours a report has of its own. */
  const coloursIn = (text: string) => (text.match(ownColours) ?? []).length;

  const reports: Readonly<Record<string, (text: string) => string>> = {
    "a table": (text) => renderTable(["head"], [[text, { text, paint: colours.green }]]),
    "verify's report": (text) =>
      tableReport(
        {
          ...{ url: text, organization: text, stack: text, startedAt: "now", since: "1h" },
          results: [
            {
              ...{ id: "https", title: text, area: "security", threshold: text, milliseconds: 1 },
              ...{ verdict: "fail", evidence: text, details: [text], cure: text },
            },
          ],
        },
        style,
      ),
    "the doctor's": (text) =>
      doctorReport(
        [
          {
            topic: "cache",
            title: "Cache",
            verdict: "problem",
            observations: [{ checked: text, seen: text, verdict: "problem", details: [text], cure: text }],
          },
        ],
        style,
      ),
    "the gate's": (text) =>
      gateText(
        {
          ...{ format: 1, kind: "gate", id: "1", stack: text, canary: text, stable: text, traffic: text },
          ...{ settings: gateSettings.parse({}), startedAt: 0, resumedAt: [], phase: { kind: "ended" } },
          steps: [
            {
              ...{ percent: 5, since: 0, looks: [{ at: 0, blind: text }] },
              decision: { kind: "hold", reason: text },
            },
          ],
          outcome: { kind: "held", at: 0, reason: text },
        },
        style,
      ),
  };

  test.each(
    Object.entries(reports).flatMap(([name, of]) => attacks.map((text) => [name, text, of] as const)),
  )("by %s that holds %j", (_, attack, of) => {
    const text = of(attack);
    expect(text.replace(ownColours, "")).not.toMatch(driving);
    expect(coloursIn(text)).toBe(coloursIn(of("plain")));
  });
});

test.each(attacks)("%j turns and hides nothing in HTML, XML and Markdown either", (attack) => {
  expect(escapeMarkup(attack)).not.toMatch(driving);
  expect(markdownText(attack)).not.toMatch(driving);
});
