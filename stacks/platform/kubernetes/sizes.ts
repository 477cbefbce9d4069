import type { Component } from "./names.js";

export interface Size {
  /** Pods, at least; for what an autoscaler governs, where it starts. */
  readonly replicas: number;
  /** Pods, at most; above `replicas` an autoscaler is made. */
  readonly maxReplicas: number;
  /** Processor that is set aside; the limit is twice as much. */
  readonly cpuMillis: number;
  /** Memory that is set aside, MiB, and the limit. */
  readonly memoryMi: number;
  /** Disk of each pod, GiB: a claim, or a folder that ends with the pod. */
  readonly diskGi: number;
}

const size = (
  replicas: number,
  maxReplicas: number,
  cpuMillis: number,
  memoryMi: number,
  diskGi: number,
): Size => ({ replicas, maxReplicas, cpuMillis, memoryMi, diskGi });

/**
 * What each profile gives each component. Every role has two pods or more, so that a node may go at any time;
 * NATS and PostgreSQL have three, so that one may go and two still agree.
 */
export const sizes = {
  small: {
    gateway: size(2, 2, 100, 128, 1),
    router: size(2, 2, 250, 512, 2),
    ingester: size(2, 2, 500, 2048, 20),
    querier: size(2, 2, 500, 2048, 20),
    compactor: size(2, 2, 250, 1024, 10),
    alertmanager: size(2, 2, 250, 1024, 5),
    nats: size(3, 3, 200, 512, 10),
    postgres: size(3, 3, 500, 1024, 10),
    "object-store": size(1, 1, 250, 1024, 50),
    backup: size(1, 1, 100, 256, 10),
  },
  medium: {
    gateway: size(2, 6, 250, 256, 1),
    router: size(2, 6, 500, 1024, 2),
    ingester: size(3, 6, 2000, 8192, 100),
    querier: size(3, 9, 2000, 8192, 100),
    compactor: size(2, 2, 1000, 4096, 50),
    alertmanager: size(2, 2, 500, 2048, 10),
    nats: size(3, 3, 500, 2048, 20),
    postgres: size(3, 3, 1000, 4096, 50),
    "object-store": size(1, 1, 500, 2048, 200),
    backup: size(1, 1, 250, 512, 50),
  },
  large: {
    gateway: size(3, 12, 500, 512, 1),
    router: size(3, 12, 1000, 2048, 2),
    ingester: size(6, 18, 4000, 16384, 200),
    querier: size(6, 24, 8000, 32768, 500),
    compactor: size(4, 4, 4000, 16384, 200),
    alertmanager: size(3, 3, 1000, 4096, 20),
    nats: size(3, 3, 2000, 8192, 50),
    postgres: size(3, 3, 4000, 16384, 200),
    "object-store": size(1, 1, 1000, 4096, 500),
    backup: size(1, 1, 500, 1024, 200),
  },
} as const satisfies Record<string, Record<Component, Size>>;

export type SizeName = keyof typeof sizes;

/**
 * A quantity as the API server writes it back: whole cores without the `m`, whole gibibytes as `Gi`.
 * Written otherwise it would read back otherwise.
 */
export const cpu = (millis: number): string => (millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`);
export const memory = (mebibytes: number): string =>
  mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
export const disk = (gibibytes: number): string => `${gibibytes}Gi`;

/** Requests and limits of a component's container. */
export const resourcesOf = ({ cpuMillis, memoryMi }: Size) => ({
  requests: { cpu: cpu(cpuMillis), memory: memory(memoryMi) },
  limits: { cpu: cpu(cpuMillis * 2), memory: memory(memoryMi) },
});
