import type { ServerVersion } from "../../../../local/openobserve/versions.js";

/** Exchanges that are sent but not held against the server, and why. */
interface LeftOut {
  readonly versions: readonly ServerVersion[];
  readonly keys: readonly string[];
  readonly reason: string;
}

export const exchangesLeftOut: readonly LeftOut[] = [
  {
    versions: ["0.60"],
    keys: ["al.get_after_put_minimal"],
    reason: "the recorded answer is a stale read: the server's cache had not yet seen the update",
  },
  {
    versions: ["0.90"],
    keys: ["settings.schema_after_wrapper"],
    reason: "the recorded answer is a stale read: the server's cache had not yet seen the update",
  },
  {
    versions: ["0.60", "0.90"],
    keys: ["dst.delete_in_use"],
    reason: "names any one of the alerts that use the destination, by the order of a hash map",
  },
  {
    versions: ["0.60"],
    keys: ["openapi"],
    reason: "the recording does not hold the document, and the stand-in does not serve one",
  },
  {
    versions: ["0.60"],
    keys: ["conflict.ingest.check_rows"],
    reason: "a crash of the real server's query node, which no product code can want to meet",
  },
  {
    versions: ["0.90"],
    keys: ["ingest.check_rows"],
    reason: "two rows have the same time, and so no order among each other",
  },
  {
    versions: ["0.60"],
    keys: ["search.stream_http2"],
    reason: "search by event stream, which nothing here uses; the stand-in answers 501",
  },
  {
    versions: ["0.60"],
    keys: ["search.around"],
    reason: "the recording does not tell when the rows beside the point in time came in",
  },
  {
    versions: ["0.60"],
    keys: ["traces.latest", "traces.latest_filter"],
    reason: "which of two spans that begin in the same microsecond is the first",
  },
  {
    versions: ["0.60"],
    keys: ["traces.latest_bad_filter", "prom.remote_write_bad_body"],
    reason: "status and shape are the same; the text is that of the real server's parser, to the position",
  },
  {
    versions: ["0.60"],
    keys: ["al.trigger"],
    reason: "the recorder listened where the alert is sent to; here nobody does",
  },
  {
    versions: ["0.60"],
    keys: [
      "opt.dst_mail",
      "opt.dst_mail_get",
      "opt.dst_mail_nonuser",
      "opt.dst_mail_http_tpl",
      "opt.al_mail",
    ],
    reason: "recorded on a server with SMTP; the stand-in sends no mail",
  },
  {
    versions: ["0.60"],
    keys: ["opt.pl_history", "opt.al_history", "opt.meta_streams"],
    reason: "recorded on a server that reports on itself (ZO_USAGE_REPORTING_ENABLED); the stand-in does not",
  },
];

/** A recorded id that, from an exchange on, stands for what another exchange made. */
interface Alias {
  readonly version: ServerVersion;
  readonly from: string;
  readonly recorded: string;
  readonly standsFor: string;
}

/** The recorder of 0.90 found objects again by name, and so took the last of several with the same name. */
export const aliases: readonly Alias[] = [
  {
    version: "0.90",
    from: "pl.disable",
    recorded: "7530724085140029440",
    standsFor: "pl.create_same_name_other_source",
  },
  {
    version: "0.90",
    from: "al.get",
    recorded: "3MWRuKVFtgLZBzuefFz8Cl4HvIg",
    standsFor: "al.create_again_same_name",
  },
  {
    version: "0.90",
    from: "al.delete",
    recorded: "3MWRuKVFtgLZBzuefFz8Cl4HvIg",
    standsFor: "al.create_in_folder",
  },
  {
    version: "0.90",
    from: "al.cleanup",
    recorded: "3MWRuWtaKnGhV29V65z9KvcpmPN",
    standsFor: "al.create_again_same_name",
  },
  { version: "0.90", from: "pl.cleanup", recorded: "7530724085328773120", standsFor: "pl.create" },
  { version: "0.90", from: "pl.ev_disable", recorded: "7530726966345859072", standsFor: "pl.ev_create" },
  {
    version: "0.90",
    from: "da.cleanup",
    recorded: "7530724253381951488",
    standsFor: "da.create_v8",
  },
  {
    version: "0.90",
    from: "da.get",
    recorded: "7530724252614393856",
    standsFor: "da.create_same_title",
  },
  {
    version: "0.90",
    from: "da.get",
    recorded: "12581461762429546300",
    standsFor: "da.create_same_title hash",
  },
];

export const leftOut = (version: ServerVersion, key: string): string | undefined =>
  exchangesLeftOut.find(({ versions, keys }) => versions.includes(version) && keys.includes(key))?.reason;
