import { openObserveVersions } from "@o2cqrs/contract";
import { UnsupportedError } from "./errors.js";

/**
 * What releases do differently, the only place that knows. `since` is the first release that has it and
 * `until` the first that no longer does; versions between the tested ones are an assumption.
 */
const features = {
  /** `GET /pipelines/{id}`; before, only the list. */
  pipelineGet: { since: "0.90.0", what: "reading a pipeline by its id" },
  /** `POST /pipelines` and `POST /service_accounts` answer what they made. */
  createAnswersIds: { since: "0.90.0", what: "ids in the answers to create" },
  /** `GET /service_accounts/{email}` answers the token; later only create and rotation do. */
  serviceAccountTokenReadable: { until: "0.90.0", what: "reading a service account's token again" },
  /** Deleting an alert that is gone answers 404; before, 200. */
  deleteMissingAlertIs404: { since: "0.90.0", what: "404 for deleting a missing alert" },
  /** Notifications to loopback and private addresses are refused when an alert fires. */
  privateDestinationsRefusedAtFiring: { since: "0.90.0", what: "the guard against private addresses" },
  /** Destinations on loopback and private addresses are refused when they are saved. */
  privateDestinationsRefusedOnSave: { since: "0.92.0", what: "the guard against private addresses" },
  /** Records of a pipeline's destination as text with a separator of one's own. */
  separatedOutputFormat: { since: "0.90.0", what: "the output format stringSeparated" },
  /** Saving a Bloom filter's column adds it to the index. */
  bloomFilterImpliesIndex: { since: "0.92.0", what: "Bloom filters that are indexed too" },
  /** Write-only tokens for ingestion. */
  ingestionTokens: { since: "0.92.0", what: "ingestion tokens" },
  /** Service level objectives. */
  serviceLevelObjectives: { since: "0.92.0", what: "service level objectives" },
} as const satisfies Record<string, { since?: string; until?: string; what: string }>;

export type Feature = keyof typeof features;

/** What one server can do. */
export interface Capabilities {
  /** As the server says it: `v0.90.3`. */
  readonly version: string;
  has(feature: Feature): boolean;
  /** @throws UnsupportedError naming the feature, this version and the one that has it */
  require(feature: Feature): void;
  /** What is not tested with this version; undefined within the tested range. */
  readonly warning: string | undefined;
}

type Version = readonly [major: number, minor: number, patch: number];

/** The capabilities of a release. One that cannot be read is taken for the newest that is known. */
export function capabilitiesOf(version: string): Capabilities {
  const known = parse(version);
  const effective = known ?? parse(openObserveVersions.newest) ?? [0, 0, 0];
  const has = (feature: Feature): boolean => {
    const { since, until } = features[feature] as { since?: string; until?: string };
    return (
      (since === undefined || !isBefore(effective, since)) &&
      (until === undefined || isBefore(effective, until))
    );
  };
  return {
    version,
    has,
    require(feature) {
      if (has(feature)) return;
      const { since, until, what } = features[feature] as { since?: string; until?: string; what: string };
      const where = since === undefined ? `releases before v${until ?? ""} have it` : `v${since} has it`;
      throw new UnsupportedError({
        method: "GET",
        path: "/config",
        serverMessage: `OpenObserve ${version} does not support ${what}; ${where}`,
      });
    },
    warning: warningFor(version, known),
  };
}

function warningFor(version: string, known: Version | undefined): string | undefined {
  const { oldest, newest, tested } = openObserveVersions;
  const range = `${oldest} to ${newest} (run against ${tested.join(" and ")})`;
  if (known === undefined)
    return `OpenObserve says its version is ${JSON.stringify(version)}; it is treated as ${newest}. Tested: ${range}.`;
  if (isBefore(known, oldest) || isBefore(lastPatchOf(newest), version))
    return (
      `OpenObserve ${version} is outside the tested range ${range}: reading pipelines, ids in answers to ` +
      "create, service-account tokens, stream settings and dashboards beyond schema 8 are untested with it."
    );
  return undefined;
}

function parse(version: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

function isBefore(version: Version | string, other: Version | string): boolean {
  const a = typeof version === "string" ? parse(version) : version;
  const b = typeof other === "string" ? parse(other) : other;
  if (a === undefined || b === undefined) return false;
  const at = a.findIndex((part, i) => part !== b[i]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

/** Every patch of the newest minor is within the range. */
function lastPatchOf(version: string): Version {
  const [major, minor] = parse(version) ?? [0, 0, 0];
  return [major, minor, Number.MAX_SAFE_INTEGER];
}
