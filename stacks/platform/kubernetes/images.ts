import { openObserveVersions } from "@o2cqrs/contract";
import { defaultImages as dockerImages, type ImageReference } from "../docker/images.js";

/**
 * The server's image of a release. The plain one has neither shell nor curl, by which an ingester is drained before it
 * stops; this one is the same build with both.
 */
export const serverImage = (release: string): ImageReference => ({
  ...dockerImages.openobserve,
  tag: `${release}-debug`,
});

/** Images that are run unless told otherwise, each by its release. */
export const defaultImages = {
  openobserve: serverImage(openObserveVersions.default),
  gateway: dockerImages.gateway,
  objectStore: dockerImages.objectStore,
  nats: { repository: "docker.io/library/nats", tag: "2.11.4-alpine" },
  postgres: { repository: "ghcr.io/cloudnative-pg/postgresql", tag: "17.5" },
  /** Has `pg_dump` and `pg_restore`; of the newest major, since those read older servers too. */
  dump: { repository: "docker.io/library/postgres", tag: "17.5-alpine" },
  /** Has `aws`, which speaks to every store that speaks S3, and GNU `date`. */
  upload: { repository: "public.ecr.aws/aws-cli/aws-cli", tag: "2.27.40" },
} as const satisfies Record<string, ImageReference>;
