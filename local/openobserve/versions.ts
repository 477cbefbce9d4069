import { openObserveVersions } from "@o2cqrs/contract";

/** The two observed servers. */
export type ServerVersion = "0.60" | "0.90";

/** All that the two versions do differently. Code asks for a behaviour, never for a version. */
export interface VersionBehaviour {
  readonly version: ServerVersion;
  /** As `GET /config` tells it. */
  readonly release: string;
  readonly commit: string;
  readonly buildDate: string;
  /**
   * Which segment of a path that no route knows is taken for the organisation: the very first, so that
   * `/api/default/nope` belongs to an organisation `api`, or the first after `api`.
   */
  readonly unknownPathOrganization: "first segment" | "after api";
  /** Text of a gzip body that is none. */
  readonly badGzip: string;
  readonly defaultFullTextFields: readonly string[];
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly streams: {
    /** Whether settings have `partition_time_level` (and refuse unknown levels) or `storage_type`. */
    readonly timeLevel: boolean;
    readonly storageType: boolean;
    /** The list shows real settings and creation times without `fetchSchema`. */
    readonly listShowsSettings: boolean;
  };
  readonly pipelines: {
    /** `GET /pipelines/{id}` exists. */
    readonly readById: boolean;
    /** The answer to creating one has its id and name. */
    readonly createAnswersId: boolean;
    /** Knows nodes of the type `llm_evaluation` (which the stand-in refuses). */
    readonly evaluationNodes: boolean;
  };
  readonly destinations: {
    /** Loopback can be allowed by an option. */
    readonly loopbackOption: boolean;
    /** Alerts are not sent to private addresses either; otherwise only the test request is guarded. */
    readonly guardsAlerts: boolean;
    /** Knows the output format `stringseparated`. */
    readonly separatedFormat: boolean;
  };
  readonly alerts: {
    /** A missing `destinations` counts as empty; otherwise the body is refused. */
    readonly destinationsDefault: boolean;
    /** Answers tell `creates_incident` and `alert_type`. */
    readonly incidents: boolean;
    /** A custom query with an aggregation forces `>= 1` as the trigger. */
    readonly aggregationSetsTrigger: boolean;
    /** Deleting an alert that is gone is answered as if it had been there. */
    readonly deleteMissing: boolean;
    readonly missing: (id: string) => string;
    readonly exportMethod: "GET" | "POST";
    /** The history of a server that does not report on itself is empty; otherwise an error. */
    readonly emptyHistory: boolean;
  };
  readonly dashboards: {
    /** A panel without a layout is refused. */
    readonly layoutRequired: boolean;
    /** Knows pagination, pivot totals and a time range of a panel. */
    readonly newerPanelConfig: boolean;
    /** `GET /dashboards/{id}/export` exists. */
    readonly export: boolean;
  };
  readonly folders: {
    /** The folder `default` may be deleted with what is in it. */
    readonly deleteFullDefault: boolean;
  };
  readonly serviceAccounts: {
    /** The token can be read; otherwise only making and rotating tell it, and the list shows its beginning. */
    readonly tokenReadable: boolean;
  };
  readonly organizations: {
    readonly settings: Readonly<Record<string, unknown>>;
  };
  readonly ingest: {
    /** Disabling one of several pipelines on a stream leaves the stream without any. */
    readonly disabledPipelineStopsOthers: boolean;
  };
  readonly search: {
    /** A search without `start_time` is refused when its body is read, not when it runs. */
    readonly timeRangeRequired: boolean;
    /** The latest traces of a stream are found whatever characters its name has. */
    readonly tracesQuoteStream: boolean;
  };
  readonly promql: {
    /** Regular expressions are anchored as `^…$`, so that alternatives outside a group match too much. */
    readonly anchorsWithoutGroup: boolean;
    /** Values of a label can be asked for without a time range. */
    readonly labelValuesWithoutTimes: boolean;
  };
}

const v060: VersionBehaviour = {
  version: "0.60",
  release: "v0.60.5",
  commit: "7c8f18963cf4475132064605a3a7a565c2f899e0",
  buildDate: "2026-11-23T19:52:44Z",
  unknownPathOrganization: "first segment",
  badGzip: "unexpected end of file",
  defaultFullTextFields: ["body", "content", "data", "error", "errors", "json", "log", "message", "msg"],
  configuration: {
    web_url: "",
    mysql_deprecated_warning: false,
    service_graph_enabled: false,
    fqn_priority_dimensions: [],
  },
  streams: { timeLevel: true, storageType: false, listShowsSettings: false },
  pipelines: { readById: false, createAnswersId: false, evaluationNodes: false },
  destinations: { loopbackOption: false, guardsAlerts: false, separatedFormat: false },
  alerts: {
    destinationsDefault: false,
    incidents: false,
    aggregationSetsTrigger: true,
    deleteMissing: true,
    missing: () => "Alert not found",
    exportMethod: "GET",
    emptyHistory: false,
  },
  dashboards: { layoutRequired: true, newerPanelConfig: false, export: true },
  folders: { deleteFullDefault: true },
  serviceAccounts: { tokenReadable: true },
  organizations: { settings: {} },
  ingest: { disabledPipelineStopsOthers: true },
  search: { timeRangeRequired: false, tracesQuoteStream: false },
  promql: { anchorsWithoutGroup: false, labelValuesWithoutTimes: false },
};

const v090: VersionBehaviour = {
  version: "0.90",
  release: "v0.90.3",
  commit: "ebe26d7c810ea05ada6d14c611b6131ac3ad620b",
  buildDate: "2026-11-24T00:33:31Z",
  unknownPathOrganization: "after api",
  badGzip: "Invalid gzip header",
  defaultFullTextFields: [
    "body",
    "content",
    "data",
    "error",
    "json",
    "llm_input",
    "llm_output",
    "log",
    "message",
    "msg",
  ],
  configuration: {
    web_url: "",
    sql_reserved_keywords: [
      "all",
      "current_catalog",
      "current_date",
      "current_time",
      "current_timestamp",
      "current_user",
      "distinct",
      "end-exec",
      "exists",
      "false",
      "from",
      "interval",
      "localtime",
      "localtimestamp",
      "not",
      "null",
      "session_user",
      "top",
      "trim",
      "true",
      "user",
    ],
    dashboard_show_field_as_json_enabled: false,
    alert_preview_timerange_minutes: 0,
    model_pricing_enabled: false,
    anomaly_detection_enabled: false,
    enable_cross_linking: false,
    show_fts_field_values: false,
    search_inspector_enabled: false,
    auto_query_enabled: false,
  },
  streams: { timeLevel: false, storageType: true, listShowsSettings: true },
  pipelines: { readById: true, createAnswersId: true, evaluationNodes: true },
  destinations: { loopbackOption: true, guardsAlerts: true, separatedFormat: true },
  alerts: {
    destinationsDefault: true,
    incidents: true,
    aggregationSetsTrigger: false,
    deleteMissing: false,
    missing: (id) => `alert ${id} not found`,
    exportMethod: "POST",
    emptyHistory: true,
  },
  dashboards: { layoutRequired: false, newerPanelConfig: true, export: false },
  folders: { deleteFullDefault: false },
  serviceAccounts: { tokenReadable: false },
  organizations: { settings: { cross_links: [], usage_stream_enabled: false } },
  ingest: { disabledPipelineStopsOthers: false },
  search: { timeRangeRequired: true, tracesQuoteStream: true },
  promql: { anchorsWithoutGroup: true, labelValuesWithoutTimes: true },
};

/** The version that `startServer` and the command use when none is named: the one that the product deploys. */
export const defaultVersion: ServerVersion = openObserveVersions.default === v060.release ? "0.60" : "0.90";

export const behaviourOf = (version: ServerVersion): VersionBehaviour => (version === "0.60" ? v060 : v090);
