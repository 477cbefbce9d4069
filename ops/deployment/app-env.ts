import { z } from "zod";
import { exitCodes, OperatorError } from "../cli/errors.js";
import { type StackOutputs } from "./deployer.js";

const outputsSchema = z.looseObject({ env: z.record(z.string(), z.string()) });

/**
 * The application's environment, from a stack's outputs, credentials in plaintext.
 * @throws OperatorError when the outputs hold none
 */
export function appEnvOf(outputs: StackOutputs, stack: string): Readonly<Record<string, string>> {
  const parsed = outputsSchema.safeParse(outputs);
  if (parsed.success) return parsed.data.env;
  throw new OperatorError(`Stack ${stack} has no output "env" with the application's environment`, {
    cure: `Deploy it: o2cqrs up --stack ${stack}.`,
    exitCode: exitCodes.usage,
  });
}
