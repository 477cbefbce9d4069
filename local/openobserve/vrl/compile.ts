import { check } from "@bpinternal/verel";
import { renderDiagnostic } from "./diagnostic.js";

export type Compilation = { readonly ok: true } | { readonly ok: false; readonly error: string };

/**
 * The last programs that compiled, the latest last. The compiler, which is made for servers and runs in WebAssembly
 * here, takes a third of a second for a long one, and every deploy asks for the same.
 */
const compiled = new Set<string>();
const rememberedPrograms = 100;

/** Compiles a VRL program with the real compiler; `error` is the server's wording, line breaks at both ends included. */
export function compileVrl(source: string): Compilation {
  const { errors } = compiled.has(source) ? { errors: [] } : check(source);
  if (errors.length === 0) {
    remember(source);
    return { ok: true };
  }
  const drawn = errors.map((error) => renderDiagnostic(source, error));
  return { ok: false, error: `\n${drawn.join("\n\n")}\n` };
}

function remember(source: string): void {
  compiled.delete(source);
  compiled.add(source);
  const [oldest] = compiled;
  if (compiled.size > rememberedPrograms && oldest !== undefined) compiled.delete(oldest);
}
