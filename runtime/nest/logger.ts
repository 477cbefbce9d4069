import { inspect } from "node:util";
import { type LoggerService } from "@nestjs/common";
import { type CqrsLogs } from "../logs/logs.js";

type Level = Parameters<CqrsLogs["logApplication"]>[0]["level"];

/**
 * Nest's logger, writing to the application's stream. `app.useLogger(new CqrsLogger(telemetry.logs))` replaces the
 * console; give it `also` to keep that too.
 */
export class CqrsLogger implements LoggerService {
  constructor(
    readonly logs: CqrsLogs,
    readonly also?: LoggerService,
  ) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.also?.log(message, ...rest);
    this.#write("INFO", message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.also?.warn(message, ...rest);
    this.#write("WARN", message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.also?.debug?.(message, ...rest);
    this.#write("DEBUG", message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.also?.verbose?.(message, ...rest);
    this.#write("DEBUG", message, rest);
  }

  /** Nest gives the stack, if there is one, before the context. */
  error(message: unknown, ...rest: unknown[]): void {
    this.also?.error(message, ...rest);
    this.#write("ERROR", message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.also?.fatal?.(message, ...rest);
    this.#write("ERROR", message, rest);
  }

  #write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const texts = rest.filter((value) => typeof value === "string");
    const logger = texts.at(-1);
    const thrown = message instanceof Error ? message : rest.find((value) => value instanceof Error);
    const stack = thrown?.stack ?? (texts.length > 1 ? texts[0] : undefined);
    this.logs.logApplication({
      level,
      message: textOf(message),
      ...(logger === undefined ? {} : { logger }),
      ...(level === "ERROR" && stack !== undefined ? { error: stack } : {}),
    });
  }
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === "string" ? message : inspect(message, { depth: 3, breakLength: Infinity });
}
