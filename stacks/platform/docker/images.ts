import { openObserveVersions } from "@o2cqrs/contract";
import { z } from "zod";

/** An image by repository and release, optionally held to one digest. `latest` is refused. */
export const imageReference = z.strictObject({
  repository: z.string().regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/, "a repository, without a tag"),
  tag: z
    .string()
    .regex(/^[\w][\w.-]{0,127}$/, "a tag")
    .refine((tag) => tag !== "latest", "latest names another image every week: name a release"),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hex digits")
    .optional(),
});

export type ImageReference = z.infer<typeof imageReference>;

/** `repository:tag`, or `repository:tag@digest` when held to a digest. */
export function imageName({ repository, tag, digest }: ImageReference): string {
  return digest === undefined ? `${repository}:${tag}` : `${repository}:${tag}@${digest}`;
}

export const defaultImages = {
  openobserve: { repository: "public.ecr.aws/zinclabs/openobserve", tag: openObserveVersions.default },
  /** Runs as a user of its own (101) and has nginx's JavaScript module. */
  gateway: { repository: "docker.io/nginxinc/nginx-unprivileged", tag: "1.28.0" },
  objectStore: { repository: "quay.io/minio/minio", tag: "RELEASE.2025-04-22T22-12-26Z" },
} as const satisfies Record<string, ImageReference>;
