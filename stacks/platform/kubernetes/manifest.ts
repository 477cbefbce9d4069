export type {
  apps,
  autoscaling,
  batch,
  core,
  networking,
  policy,
  scheduling,
} from "@pulumi/kubernetes/types/input.js";

/** An object of the API, as far as all of them are alike. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}
