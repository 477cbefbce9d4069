import { type Finding } from "../verify/check.js";
import { type VerifyContext } from "../verify/context.js";

/** What the troubleshooting list is about, in its order. */
export const topics = {
  connection: "The server cannot be reached, or answers 401 or 403",
  cache: "The cache behaves oddly: few hits, or hits where there should be none",
  retries: "Retries or cancellation have no effect",
  handlers: "Handlers conflict or are missing",
  data: "Data is missing, or fields are",
  otlp: "What is sent by OTLP is not there",
  timers: "Timers leak, or background refresh fails",
} as const;

export type Topic = keyof typeof topics;

export const topicNames = Object.keys(topics) as Topic[];

/** `unknown`: there is nothing to judge by; `seen` says why. */
export type ObservationVerdict = "fine" | "problem" | "unknown";

/** One thing that was looked at. */
export interface Observation {
  readonly checked: string;
  readonly seen: string;
  readonly verdict: ObservationVerdict;
  /** Particulars of a problem, a line each, never personal data. */
  readonly details?: readonly string[];
  /** What to do about a problem, one sentence. */
  readonly cure?: string;
}

/** What a diagnosis works with: what verify does, and the environment of whoever asks. */
export interface DoctorContext extends VerifyContext {
  readonly shellEnv: Readonly<Record<string, string | undefined>>;
}

/** Looks into one topic. Throws only where the server cannot be asked. */
export type Examination = (context: DoctorContext) => Promise<readonly Observation[]>;

export const fine = (checked: string, seen: string): Observation => ({ checked, seen, verdict: "fine" });

export const unknown = (checked: string, seen: string): Observation => ({
  checked,
  seen,
  verdict: "unknown",
});

export const problem = (
  checked: string,
  seen: string,
  cure: string,
  details: readonly string[] = [],
): Observation => ({ checked, seen, verdict: "problem", cure, details });

/** A problem when there is anything to name, else fine. */
export function observe(
  checked: string,
  problems: readonly string[],
  { seen, cure }: { readonly seen: string; readonly cure: string },
): Observation {
  return problems.length === 0 ? fine(checked, seen) : problem(checked, seen, cure, problems);
}

/** What an acceptance check found, as part of a diagnosis. */
export function fromFinding(checked: string, { verdict, evidence, details, cure }: Finding): Observation {
  if (verdict === "pass") return fine(checked, evidence);
  if (verdict === "notApplicable") return unknown(checked, evidence);
  return problem(checked, evidence, cure ?? "See o2cqrs verify.", details);
}
