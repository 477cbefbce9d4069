import { check } from "@bpinternal/verel";
import { renderDiagnostic } from "./diagnostic.js";

export type Compilation = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** Compiles a VRL program with the real compiler; `error` is the server's wording, line breaks at both ends included. */
export function compileVrl(source: string): Compilation {
  const { errors } = check(source);
  if (errors.length === 0) return { ok: true };
  const drawn = errors.map((error) => renderDiagnostic(source, error));
  return { ok: false, error: `\n${drawn.join("\n\n")}\n` };
}
