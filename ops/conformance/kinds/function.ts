import { FunctionProvider } from "@o2cqrs/providers/function/provider";
import type { KindCase } from "../life-cycle.js";

export const vrlFunction = (prefix: string): KindCase => ({
  kind: "Function",
  provider: FunctionProvider,
  args: { name: `${prefix}_function`, vrl: '.stage = "first"\n.' },
  changes: [
    { what: "vrl", args: { vrl: '.stage = "second"\n.' }, expected: "update" },
    { what: "name", args: { name: `${prefix}_function_b` }, expected: "replace" },
  ],
  adopts: true,
});
