/**
 * How the records of a probe are told from the application's: checks, dashboards and alerts leave them out.
 * Probes write through the application's own credentials, so nothing else about them is special.
 */
export const probe = {
  /** The `service` of every record that a probe writes. */
  service: "o2cqrs-probe",
  /** What the id of every such record starts with. The ids are UUIDs, so they stay readable in quarantine. */
  recordIdPrefix: "6f326371-",
} as const;
