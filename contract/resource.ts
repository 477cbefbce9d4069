/**
 * Names of the resource attributes that say which process wrote a record: OpenTelemetry's semantic
 * conventions, and one of our own for the kind of process. They travel in `OTEL_RESOURCE_ATTRIBUTES`.
 */
export const resourceAttributes = {
  service: "service.name",
  version: "service.version",
  instance: "service.instance.id",
  env: "deployment.environment.name",
  region: "cloud.region",
  /** `apiserver` or `worker`. */
  source: "cqrs.source",
} as const;
