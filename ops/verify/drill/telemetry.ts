import { type LogStreamRole } from "@o2cqrs/contract";

/** A series of samples, one a minute, from some time ago on. */
export interface DrillSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** How much it grows a minute, for a counter; what it is all along, for a gauge. */
  readonly counter?: number;
  readonly gauge?: number;
  /** Minutes before the injection at which it begins. */
  readonly minutesBack: number;
}

/** What a drill writes for one alert, through the application's credentials. */
export interface DrillTelemetry {
  readonly series: readonly DrillSeries[];
  /** Fields that differ from those of a healthy record, by stream. */
  readonly records: readonly {
    readonly stream: LogStreamRole | "quarantine";
    readonly fields: Readonly<Record<string, string | number | boolean>>;
  }[];
}

export interface Sample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a counter. */
  readonly cumulative: boolean;
  /** Milliseconds since 1970. */
  readonly time: number;
}

const minute = 60_000;

/**
 * The samples of a series that fall into a span of time, its start left out.
 * @param origin when the series was injected; milliseconds, as are the others
 */
export function samplesBetween(series: DrillSeries, origin: number, after: number, until: number): Sample[] {
  const { metric, labels, counter = 0, gauge, minutesBack } = series;
  const begin = origin - minutesBack * minute;
  const samples: Sample[] = [];
  const first = Math.max(0, Math.floor((after - begin) / minute) + 1);
  for (let index = first; begin + index * minute <= until; index++)
    samples.push({
      metric,
      labels,
      value: gauge ?? index * counter,
      cumulative: gauge === undefined,
      time: begin + index * minute,
    });
  return samples;
}
