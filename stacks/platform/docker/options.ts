import { z } from "zod";
import { gatewayOptions } from "../gateway/nginx.js";
import { defaultImages, imageReference } from "./images.js";

const megabytes = z.int().min(64);
const cpus = z.number().min(0.1).multipleOf(0.1);

/** What a deployment on one machine can be told. */
export const dockerOptions = z.strictObject({
  /** Prefix of every name, so that several deployments fit on one machine. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and dashes")
    .default("o2cqrs"),
  images: z
    .strictObject({
      openobserve: imageReference.default(defaultImages.openobserve),
      gateway: imageReference.default(defaultImages.gateway),
      objectStore: imageReference.default(defaultImages.objectStore),
    })
    .prefault({}),
  rootUser: z.email().default("root@example.com"),
  organization: gatewayOptions.shape.organization.default("default"),
  /** Address that the gateway's port is published on; anything but loopback is a decision. */
  bindAddress: z.union([z.ipv4(), z.ipv6()]).default("127.0.0.1"),
  /** Name or address that clients reach the gateway by. */
  host: z
    .string()
    .regex(/^(\[[\da-f:.]+\]|[\w.-]+)$/i, "a host's name or address")
    .default("localhost"),
  port: z.int().min(1).max(65_535).default(5443),
  /** Days that data is kept where a stream says nothing else. */
  retentionDays: z.int().min(3).default(30),
  memory: z
    .strictObject({
      openobserve: megabytes.default(2048),
      gateway: megabytes.default(128),
      objectStore: megabytes.default(512),
    })
    .prefault({}),
  cpus: z.strictObject({ openobserve: cpus.default(2), gateway: cpus.default(0.5) }).prefault({}),
  limits: gatewayOptions.pick({ maxBodyMegabytes: true, requestsPerSecond: true, burst: true }).prefault({}),
  /** Keeps data in a store that speaks S3 beside the server instead of on its volume. */
  objectStore: z.boolean().default(false),
  /** Lets alerts reach receivers on this machine; for trying things out. */
  allowLoopbackReceivers: z.boolean().default(false),
  /**
   * Command by which the server's container tells its health; its image must have the program. That of a release has
   * neither shell nor curl: the server asks itself, as the root user.
   */
  healthCommand: z.array(z.string().min(1)).min(1).default(["/openobserve", "node", "status"]),
  /** File of nginx's JavaScript module in the gateway's image. */
  gatewayModule: gatewayOptions.shape.module,
  gatewayHealthCommand: z
    .array(z.string().min(1))
    .min(1)
    .default(["curl", "-fsSk", "-o", "/dev/null", "https://127.0.0.1:8443/healthz"]),
});

export type DockerOptions = z.input<typeof dockerOptions>;
