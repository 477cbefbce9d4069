import { type Labels } from "./labels.js";
import { type Anchoring, type Matcher, matcherFor } from "./matcher.js";

/** One series; times in milliseconds (fractions allowed), ascending, equal ones kept. */
export interface Series {
  /** `__name__` included. */
  readonly labels: Labels;
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** What a selector asks for; both ends are included. */
export interface Selection {
  readonly matchers: readonly Matcher[];
  readonly from: number;
  readonly to: number;
}

/** Where the evaluator gets its series from. It never waits: fetch beforehand what `selectionsOf` names. */
export interface SeriesSource {
  /** Every series that meets the matchers; it may hold more samples than the time range asks for. */
  select(selection: Selection): readonly Series[];
}

/** A source over series in memory. */
export function memorySource(series: readonly Series[], anchoring: Anchoring = "group"): SeriesSource {
  return {
    select({ matchers }) {
      const meets = matcherFor(matchers, anchoring);
      return series.filter(({ labels }) => meets(labels));
    },
  };
}
