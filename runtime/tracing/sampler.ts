import { type Context, isSpanContextValid, trace, TraceFlags } from "@opentelemetry/api";
import {
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";

const chosen: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const recorded: SamplingResult = { decision: SamplingDecision.RECORD };

/**
 * Decides at the start whether a trace is kept: a share of the traces that begin here, and what the caller decided
 * for the others. The rest is recorded all the same, without the flag, so that `ErrorTail` can keep it if it fails.
 */
export class RecordingSampler implements Sampler {
  #rate: number;
  #ratio: TraceIdRatioBasedSampler;

  /** @param rate share of traces kept, 0 to 1 */
  constructor(rate: number) {
    this.#rate = rate;
    this.#ratio = new TraceIdRatioBasedSampler(rate);
  }

  get rate(): number {
    return this.#rate;
  }

  /** Counts for traces that begin from now on. */
  set rate(rate: number) {
    this.#rate = rate;
    this.#ratio = new TraceIdRatioBasedSampler(rate);
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    const parent = trace.getSpanContext(context);
    const kept =
      parent !== undefined && isSpanContextValid(parent)
        ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0
        : this.#ratio.shouldSample(context, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
    return kept ? chosen : recorded;
  }

  toString(): string {
    return `RecordingSampler{${this.rate}}`;
  }
}
