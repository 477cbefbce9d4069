/** What moves traffic between the stable version and the canary. */
export interface TrafficDriver {
  /** In words, for plan and report: no secret. */
  readonly title: string;
  /** Given where it moves nothing: what it is told, someone else must do. */
  readonly observesOnly?: true;
  /** Percent of traffic that the canary has; undefined where the driver cannot tell. */
  read(signal: AbortSignal): Promise<number | undefined>;
  /**
   * Gives the canary so many percent, 0 for none. Doing it twice is as doing it once.
   * @throws OperatorError when traffic was not moved
   */
  set(percent: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Observes only: whoever deploys moves the traffic, the gate says when. */
export const observeOnly: TrafficDriver = {
  title: "none (observes only; traffic is moved by someone else)",
  observesOnly: true,
  read: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
