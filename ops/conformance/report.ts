import { visibleLine } from "../cli/visible-text.js";
import type { Step } from "./step.js";

/** One line a step, and the count. */
export function table(steps: readonly Step[]): string {
  const width = Math.max(...steps.map(({ kind, step }) => kind.length + step.length + 2));
  const lines = steps.map(({ kind, step, seconds, failure }) => {
    const verdict = failure === undefined ? "ok" : `FAILED: ${failure}`;
    return visibleLine(
      `${`${kind}  ${step}`.padEnd(width)}  ${seconds.toFixed(3).padStart(8)} s  ${verdict}`,
    );
  });
  const failed = steps.filter(({ failure }) => failure !== undefined).length;
  return [...lines, `${steps.length - failed} passed, ${failed} failed`].join("\n");
}

/** The steps as a JUnit report. */
export function junit(server: string, steps: readonly Step[]): string {
  const failed = steps.filter(({ failure }) => failure !== undefined).length;
  const cases = steps.map(({ kind, step, seconds, failure }) => {
    const open = `  <testcase classname="${escaped(kind)}" name="${escaped(step)}" time="${seconds}"`;
    return failure === undefined
      ? `${open}/>`
      : `${open}><failure message="${escaped(failure)}"/></testcase>`;
  });
  const name = escaped(`conformance ${server}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${name}" tests="${steps.length}" failures="${failed}">`,
    ...cases,
    "</testsuite>",
    "",
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};
const escaped = (text: string): string =>
  text.replace(/[&<>"\n]/g, (character) => entities[character] ?? character);
