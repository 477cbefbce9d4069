import { controlEnvNames, minControlTokenLength } from "@o2cqrs/contract";
import { z } from "zod";

/** The endpoint's settings make no sense, or are not safe. */
export class ControlSettingsError extends Error {
  override readonly name = "ControlSettingsError";
}

const portSchema = z.coerce.number().int().min(0).max(65_535);

export interface ControlAddress {
  readonly token: string;
  readonly host?: string;
  readonly port?: number;
}

/**
 * The settings that the environment describes; undefined without `CQRS_CONTROL_TOKEN`: there is no endpoint then.
 * @throws ControlSettingsError naming the variable, never a value
 */
export function controlOptionsFromEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ControlAddress | undefined {
  const text = (name: string) => (env[name]?.trim() === "" ? undefined : env[name]?.trim());
  const token = text(controlEnvNames.token);
  if (token === undefined) return undefined;
  const [host, port] = [text(controlEnvNames.host), text(controlEnvNames.port)];
  const parsed = portSchema.safeParse(port ?? 0);
  if (!parsed.success) throw new ControlSettingsError(`${controlEnvNames.port} is not a port`);
  return { token: checkedToken(token), port: parsed.data, ...(host !== undefined && { host }) };
}

/** @throws ControlSettingsError for one that could be guessed */
export function checkedToken(token: string): string {
  if (token.length >= minControlTokenLength) return token;
  throw new ControlSettingsError(
    `${controlEnvNames.token} has fewer than ${minControlTokenLength} characters; make one with: openssl rand -hex 32`,
  );
}
