import { type Action, type ChangeSummary, type Operation } from "../events.js";

/** How an operation is written: its sign, and its word before, during, after and for a count. */
interface Words {
  readonly sign: string;
  readonly plan: string;
  readonly doing: string;
  readonly done: string;
  /** In the summary: "4 created". */
  readonly count: string;
  readonly color: "green" | "yellow" | "red" | "magenta" | "dim";
}

/** The signs and words of the Pulumi command. */
export const words: Record<Operation, Words> = {
  same: { sign: " ", plan: "", doing: "", done: "", count: "unchanged", color: "dim" },
  create: { sign: "+", plan: "create", doing: "creating", done: "created", count: "created", color: "green" },
  update: {
    sign: "~",
    plan: "update",
    doing: "updating",
    done: "updated",
    count: "updated",
    color: "yellow",
  },
  delete: { sign: "-", plan: "delete", doing: "deleting", done: "deleted", count: "deleted", color: "red" },
  replace: {
    sign: "+-",
    plan: "replace",
    doing: "replacing",
    done: "replaced",
    count: "replaced",
    color: "magenta",
  },
  "create-replacement": {
    sign: "++",
    plan: "create replacement",
    doing: "creating replacement",
    done: "created replacement",
    count: "created",
    color: "green",
  },
  "delete-replaced": {
    sign: "--",
    plan: "delete original",
    doing: "deleting original",
    done: "deleted original",
    count: "deleted",
    color: "red",
  },
  read: { sign: "> ", plan: "read", doing: "reading", done: "read", count: "read", color: "dim" },
  refresh: {
    sign: "~",
    plan: "refresh",
    doing: "refreshing",
    done: "updated",
    count: "updated",
    color: "yellow",
  },
  "remove-pending-replace": {
    sign: "-",
    plan: "forget",
    doing: "forgetting",
    done: "forgotten",
    count: "forgotten",
    color: "red",
  },
};

const titles: Record<Action, string> = {
  preview: "Previewing update",
  update: "Updating",
  refresh: "Refreshing",
  destroy: "Destroying",
};

export function title(action: Action, stack: string): string {
  return `${titles[action]} (${stack}):`;
}

const order: readonly Operation[] = [
  "create",
  "update",
  "delete",
  "replace",
  "read",
  "remove-pending-replace",
];

/** The lines of the summary: `+ 4 created`, `2 changes. 2 unchanged`. */
export function summaryLines(changes: ChangeSummary, errored: number, dryRun: boolean): string[] {
  const present = order.filter((operation) => (changes[operation] ?? 0) > 0);
  const lines = present.map((operation) => {
    const { sign, plan, count } = words[operation];
    return `${sign.padEnd(2)}${changes[operation] ?? 0} ${dryRun ? `to ${plan}` : count}`;
  });
  const same = changes.same ?? 0;
  if (present.length > 1) {
    const total = present.reduce((sum, operation) => sum + (changes[operation] ?? 0), 0);
    lines.push(`${total} changes.${same > 0 ? ` ${same} unchanged` : ""}`);
  } else if (same > 0) lines.push(`${same} unchanged`);
  if (errored > 0) lines.push(`${errored} errored`);
  return lines;
}

/** `0.08s`, `3s`, `1m5s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)}s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}
