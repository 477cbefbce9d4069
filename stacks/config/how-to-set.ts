import { type ConfigKey, type ConfigKeyName, configKeys } from "./keys.js";

/** The command that sets a key, as it is to be run. */
export function howToSet(name: ConfigKeyName, stack: string): string {
  const { example, secret = false, file }: ConfigKey = configKeys[name];
  const [value, path] = example.split(" --path ");
  const target = path === undefined ? `o2cqrs:${name}` : `--path ${path}`;
  return secret
    ? `pulumi config set --secret o2cqrs:${name} -s ${stack}${file === undefined ? "" : ` < ${file}`}`
    : `pulumi config set ${target} ${value ?? example} -s ${stack}`;
}
