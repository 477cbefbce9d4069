import { type Plan } from "../plan/plan.js";

/** What can be done to a stack. */
export type DeployAction = "preview" | "up" | "refresh" | "destroy";

export interface DeployRequest {
  readonly stack: string;
  /** Print machine-readable output instead of the display for people. */
  readonly json: boolean;
  /** Tell only what went wrong and how many resources changed. Default false. */
  readonly brief?: boolean;
  /** For `up`: first take in what the server has, so that what others changed is put right. Default false. */
  readonly refresh?: boolean;
  readonly signal: AbortSignal;
}

export interface PlanOptions {
  readonly refresh: boolean;
  readonly signal: AbortSignal;
}

/** A stack's outputs as plain values, secrets among them. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** A stack's configuration by full key; structured values as JSON. */
export type StackConfigValues = Readonly<Record<string, string>>;

/** Something that deploys this project: the Pulumi CLI, or the embedded engine. */
export interface Deployer {
  /** For people: `Pulumi CLI v3.248.0`, `embedded engine`. */
  readonly title: string;
  /** @throws OperatorError when the deployment failed */
  run(action: DeployAction, request: DeployRequest): Promise<void>;
  /**
   * What `up` would do, as data. With `refresh` it is compared with what the server has now; the stack's state
   * stays as it is.
   */
  plan(stack: string, options: PlanOptions): Promise<Plan>;
  /** @throws OperatorError when the stack does not exist or was never deployed */
  outputs(stack: string): Promise<StackOutputs>;
  /** The stack's configuration by full key (`o2cqrs:url`), secrets in plaintext. */
  config(stack: string): Promise<StackConfigValues>;
}
