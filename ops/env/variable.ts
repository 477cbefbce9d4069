import { envNames, secretEnvNames } from "@o2cqrs/contract";

/** A variable of the application's environment. */
export interface EnvVariable {
  readonly name: string;
  readonly value: string;
  readonly secret: boolean;
}

export interface EnvDocument {
  /** In the order they are written. */
  readonly variables: readonly EnvVariable[];
  /** Names of secret variables that were left out. */
  readonly withheld: readonly string[];
}

/** Writes variables in the syntax of one consumer. */
export type EnvFormat = (document: EnvDocument) => string;

/** The variables of a stack's `env` output, in the contract's order, others behind it by name. */
export function envVariables(env: Readonly<Record<string, string>>): EnvVariable[] {
  const known: readonly string[] = Object.values(envNames);
  const others = Object.keys(env).filter((name) => !known.includes(name));
  return [...known, ...others.sort()].flatMap((name) => {
    const value = env[name];
    if (value === undefined) return [];
    return [{ name, value, secret: (secretEnvNames as readonly string[]).includes(name) }];
  });
}

/** The document that is written: with secrets only on request. */
export function envDocument(variables: readonly EnvVariable[], showSecrets: boolean): EnvDocument {
  if (showSecrets) return { variables, withheld: [] };
  return {
    variables: variables.filter(({ secret }) => !secret),
    withheld: variables.filter(({ secret }) => secret).map(({ name }) => name),
  };
}

/** Comment lines for what was left out, in the formats that have `#` comments. */
export function withheldComments(withheld: readonly string[]): string[] {
  return withheld.map((name) => `# ${name} is a secret: written with --show-secrets`);
}
