import { createColors } from "picocolors";

import {
  type EngineEvent,
  type EventListener,
  type PropertyChange,
  type Severity,
  type StepDescription,
} from "../events.js";
import { stackType, type Urn } from "../urn.js";
import { equalValues, type PropertyMap } from "../values/property.js";
import { redact, shortText } from "../values/text.js";
import { byResource, type Diagnostic } from "./diagnostics.js";
import { propertyLines } from "./property-lines.js";
import { duration, summaryLines, title, words } from "./words.js";

export interface DisplayOptions {
  /** Where the text goes. */
  readonly stream: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Default: only when the stream is a terminal. */
  readonly colors?: boolean;
  /** Shows each changed property with its old and new value. Default: false, only the names. */
  readonly diff?: boolean;
}

/** Shows a run as text, one line an event, in the manner of the Pulumi command. Secrets appear as `[secret]`. */
export function createDisplay({
  stream,
  colors = stream.isTTY === true,
  diff = false,
}: DisplayOptions): EventListener {
  const paint = createColors(colors);
  const line = (text = ""): unknown => stream.write(`${text}\n`);
  const diagnostics: Diagnostic[] = [];
  let dryRun = false;
  let stack: Urn = "";

  const stepLine = (step: StepDescription, text: string): void => {
    const { sign, color } = words[step.operation];
    line(`${paint[color](` ${sign.padEnd(2)}`)} ${step.type} ${paint.bold(step.name)} ${text}`.trimEnd());
  };

  const show = (event: EngineEvent): void => {
    switch (event.kind) {
      case "start":
        dryRun = event.action === "preview";
        line(`${paint.bold(title(event.action, event.stack))}\n`);
        return;
      case "step-start":
        if (event.step.type === stackType) stack = event.step.urn;
        if (!dryRun && event.step.operation !== "same")
          stepLine(event.step, `${words[event.step.operation].doing} ${changes(event.step)}`);
        return;
      case "step-end": {
        const { step, seconds } = event;
        if (step.operation === "same" && step.changedOptions.length === 0) return;
        const { plan, done } = words[step.operation];
        stepLine(
          step,
          dryRun ? `${plan} ${changes(step)}` : `${done} (${duration(seconds)}) ${changes(step)}`,
        );
        if (diff) for (const detail of propertyLines(step)) line(`        ${detail}`);
        return;
      }
      case "step-failed":
        stepLine(
          event.step,
          paint.red(
            `**${words[event.step.operation].doing} failed** (${duration(event.seconds)}) error: ${firstLine(event.message)}`,
          ),
        );
        return;
      case "diagnostic":
        if (event.output || event.severity === "info") line(` ${paint.dim("i")}  ${event.message}`);
        else if (event.severity !== "debug" && !event.ephemeral) diagnostics.push(event);
        return;
      case "outputs":
        showDiagnostics();
        showOutputs(event.outputs, event.previous);
        return;
      case "summary":
        showDiagnostics();
        line("Resources:");
        for (const text of summaryLines(event.changes, event.errored, dryRun)) line(`    ${text}`);
        line(`\nDuration: ${duration(event.seconds)}`);
        if (event.cancelled) line(paint.yellow("\nThe run was cancelled; what had begun was finished."));
        return;
    }
  };

  const showDiagnostics = (): void => {
    if (diagnostics.length === 0) return;
    line("Diagnostics:");
    for (const { whose, told } of byResource(diagnostics, stack)) {
      line(`  ${whose}:`);
      for (const { severity, message } of told)
        line(`    ${severityText[severity](paint)}: ${message.replaceAll("\n", "\n    ")}`);
      line();
    }
    diagnostics.length = 0;
  };

  const showOutputs = (outputs: PropertyMap, previous: PropertyMap): void => {
    const names = [...new Set([...Object.keys(previous), ...Object.keys(outputs)])].sort();
    if (names.length === 0) return;
    const width = Math.max(...names.map((name) => name.length));
    line("Outputs:");
    for (const name of names) line(`  ${outputLine(name.padEnd(width), previous[name], outputs[name])}`);
    line();
  };

  return show;
}

const severityText: Record<Severity, (paint: ReturnType<typeof createColors>) => string> = {
  debug: (paint) => paint.dim("debug"),
  info: (paint) => paint.blue("info"),
  warning: (paint) => paint.yellow("warning"),
  error: (paint) => paint.red("error"),
};

function outputLine(
  label: string,
  before: PropertyMap[string] | undefined,
  now: PropertyMap[string] | undefined,
): string {
  const text = (value: PropertyMap[string] | undefined): string => {
    const shown = redact(value ?? null);
    return shown === "[secret]" || shown === "[unknown]" ? shown : JSON.stringify(shown);
  };
  if (now === undefined) return `- ${label}: ${text(before)}`;
  if (before === undefined) return `+ ${label}: ${text(now)}`;
  const [old, fresh] = [text(before), text(now)];
  if (equalValues(before, now) || old === fresh) return `  ${label}: ${fresh}`;
  return `~ ${label}: ${old} => ${fresh}`;
}

const signs: Record<PropertyChange["kind"], string> = { add: "+", update: "~", delete: "-" };

/** `[diff: ~size,+tags[0]]`: what changes, without the values. */
function changes({ diff, changedOptions }: StepDescription): string {
  const all = [
    ...Object.entries(diff).map(([path, { kind, replace }]) => `${signs[kind]}${path}${replace ? "!" : ""}`),
    ...changedOptions.map((option) => `~${option}`),
  ];
  return all.length === 0 ? "" : `[diff: ${shortText(all.join(","))}]`;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
