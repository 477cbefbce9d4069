/** OTLP messages as JSON has them; the protobuf decoder gives the same shape. Unknown members are not named. */

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number | string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
  readonly bytesValue?: string | Uint8Array;
}

export interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue | null;
}

export interface Resource {
  readonly attributes?: readonly KeyValue[];
}

export interface Scope {
  readonly name?: string;
  readonly version?: string;
}

export interface LogRecord {
  readonly timeUnixNano?: string | number;
  readonly observedTimeUnixNano?: string | number;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: AnyValue | null;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly traceId?: string;
  readonly spanId?: string;
}

export interface LogsRequest {
  readonly resourceLogs?: readonly {
    readonly resource?: Resource | null;
    readonly scopeLogs?: readonly {
      readonly scope?: Scope | null;
      readonly logRecords?: readonly LogRecord[];
    }[];
  }[];
}

interface DataPoint {
  readonly attributes?: readonly KeyValue[];
  readonly startTimeUnixNano?: string | number;
  readonly timeUnixNano?: string | number;
  readonly flags?: number;
}

export interface NumberPoint extends DataPoint {
  readonly asDouble?: number | string;
  readonly asInt?: string | number;
}

export interface HistogramPoint extends DataPoint {
  readonly count?: string | number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts?: readonly (string | number)[];
  readonly explicitBounds?: readonly number[];
}

export interface SummaryPoint extends DataPoint {
  readonly count?: string | number;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}

export interface Metric {
  readonly name?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints?: readonly NumberPoint[] };
  readonly sum?: {
    readonly dataPoints?: readonly NumberPoint[];
    readonly aggregationTemporality?: number;
    readonly isMonotonic?: boolean;
  };
  readonly histogram?: {
    readonly dataPoints?: readonly HistogramPoint[];
    readonly aggregationTemporality?: number;
  };
  readonly exponentialHistogram?: unknown;
  readonly summary?: { readonly dataPoints?: readonly SummaryPoint[] };
}

export interface MetricsRequest {
  readonly resourceMetrics?: readonly {
    readonly resource?: Resource | null;
    readonly scopeMetrics?: readonly {
      readonly scope?: Scope | null;
      readonly metrics?: readonly Metric[];
    }[];
  }[];
}

export interface Span {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: string | number;
  readonly endTimeUnixNano?: string | number;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly {
    readonly name?: string;
    readonly timeUnixNano?: string | number;
    readonly attributes?: readonly KeyValue[];
  }[];
  readonly links?: readonly {
    readonly traceId?: string;
    readonly spanId?: string;
    readonly traceState?: string;
    readonly flags?: number;
    readonly attributes?: readonly KeyValue[];
    readonly droppedAttributesCount?: number;
  }[];
  readonly status?: { readonly code?: number; readonly message?: string } | null;
}

export interface TracesRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: Resource | null;
    readonly scopeSpans?: readonly { readonly scope?: Scope | null; readonly spans?: readonly Span[] }[];
  }[];
}
