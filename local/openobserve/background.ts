import { startAlerts } from "./alerts/scheduler.js";
import type { ServerContext } from "./context.js";
import { startScheduledPipelines } from "./pipeline/schedule.js";
import { startUpkeep } from "./streams/upkeep.js";

/** Starts a job that runs as long as the server; answers what stops it. */
export type BackgroundJob = (context: ServerContext) => () => void | Promise<void>;

export const backgroundJobs: readonly BackgroundJob[] = [startUpkeep, startAlerts, startScheduledPipelines];
