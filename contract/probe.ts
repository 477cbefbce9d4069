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

/** How the telemetry of an alert drill is told: alerts must see it, checks and dashboards leave it out. */
export const drill = {
  /** The `service` of its records, and the service's resource attribute on its metrics. */
  service: "o2cqrs-drill",
  /** What the id of every such record starts with. */
  recordIdPrefix: "6f326472-",
  /** What the `type` of everything in it starts with, so that notifications say what they are. */
  typePrefix: "Drill",
} as const;

/** Services that are no application: nothing that judges or shows the application counts them. */
export const syntheticServices = [probe.service, drill.service] as const;
