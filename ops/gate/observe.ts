import { type VerifyContext } from "../verify/context.js";
import { type Observation } from "./figures.js";
import { type Window } from "./gate.js";
import { Meter } from "./measure.js";

export interface Versions {
  readonly canary: string;
  readonly stable: string;
}

/** Reads both versions' figures through the operator's connection. */
export function observer(
  context: Pick<VerifyContext, "admin" | "appConfig" | "signal">,
  service: string | undefined,
): {
  observe(versions: Versions, window: Window, stableWindow: Window): Promise<Observation>;
  stableVersion(canary: string, window: Window): Promise<string | undefined>;
} {
  const meter = new Meter({
    server: context.admin,
    samplingRate: context.appConfig.tracing.enabled ? context.appConfig.tracing.samplingRate : 0,
    service,
    signal: context.signal,
  });
  return {
    async observe({ canary, stable }, window, stableWindow) {
      const [canaryFigures, stableFigures] = await Promise.all([
        meter.measure(canary, micros(window)),
        meter.measure(stable, micros(stableWindow)),
      ]);
      return { canary: canaryFigures, stable: stableFigures };
    },
    stableVersion: (canary, window) => meter.stableVersion(canary, micros(window)),
  };
}

const micros = ({ start, end }: Window) => ({ start: start * 1000, end: end * 1000 });
