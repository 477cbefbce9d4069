export {
  type ApplicationLogInput,
  type CommandLogInput,
  CqrsLogs,
  type CqrsLogsOptions,
  type EventLogInput,
  type QueryLogInput,
} from "./logs.js";
export { maskRecord } from "./masking.js";
export { pinoDestination } from "./pino.js";
