import { type VerifyContext } from "../verify/context.js";
import { answeredWithin } from "./answered-within.js";
import { type Observation } from "./figures.js";
import { type Window } from "./gate.js";
import { Meter } from "./measure.js";

export interface Versions {
  readonly canary: string;
  readonly stable: string;
}

/** Milliseconds after which a look that has no answer counts as one that saw nothing. */
const longestLookMs = 60_000;

/**
 * Reads both versions' figures through the operator's connection.
 * @param withinMs how long a look may take: a server that is too busy to answer must not keep a gate waiting
 */
export function observer(
  context: Pick<VerifyContext, "admin" | "appConfig" | "signal">,
  service: string | undefined,
  withinMs = longestLookMs,
): {
  observe(versions: Versions, window: Window, stableWindow: Window): Promise<Observation>;
  stableVersion(canary: string, window: Window): Promise<string | undefined>;
} {
  const { admin: server, appConfig } = context;
  const samplingRate = appConfig.tracing.enabled ? appConfig.tracing.samplingRate : 0;
  const look = <Seen>(read: (meter: Meter) => Promise<Seen>): Promise<Seen> =>
    answeredWithin(withinMs, context.signal, (signal) =>
      read(new Meter({ server, samplingRate, service, signal })),
    );
  return {
    observe: ({ canary, stable }, window, stableWindow) =>
      look(async (meter) => {
        const [canaryFigures, stableFigures] = await Promise.all([
          meter.measure(canary, micros(window)),
          meter.measure(stable, micros(stableWindow)),
        ]);
        return { canary: canaryFigures, stable: stableFigures };
      }),
    stableVersion: (canary, window) => look((meter) => meter.stableVersion(canary, micros(window))),
  };
}

const micros = ({ start, end }: Window) => ({ start: start * 1000, end: end * 1000 });
