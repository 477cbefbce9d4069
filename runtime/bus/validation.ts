import { type z } from "zod";
import { InvalidMessageError } from "./errors.js";
import { type Middleware } from "./middleware.js";

/** What is wrong with a message, one problem a property; none if it is valid. */
export type Validator = (message: object) => readonly string[] | Promise<readonly string[]>;

// A message class, of which only its identity matters.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type MessageClass = abstract new (...args: any[]) => object;

/** Checks messages by a zod schema. */
export function zodValidator(schema: z.ZodType): Validator {
  return (message) => {
    const result = schema.safeParse(message);
    if (result.success) return [];
    return result.error.issues.map(({ path, message: text }) => `${path.join(".") || "message"}: ${text}`);
  };
}

interface ClassValidatorError {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly ClassValidatorError[];
}

/**
 * Checks messages by the decorators of class-validator.
 * @param validate its function of that name; passed in, so that only who uses it depends on it
 */
export function classValidator(
  validate: (message: object) => Promise<readonly ClassValidatorError[]>,
): Validator {
  return async (message) => (await validate(message)).flatMap((error) => describe(error, ""));
}

function describe(
  { property, constraints = {}, children = [] }: ClassValidatorError,
  prefix: string,
): string[] {
  const path = `${prefix}${property}`;
  const own = Object.values(constraints).map((text) => `${path}: ${text}`);
  return [...own, ...children.flatMap((child) => describe(child, `${path}.`))];
}

/**
 * Refuses messages that their validator finds fault with, before any handler sees them.
 * @param byClass a validator for each class of message, or one for all
 */
export function validationMiddleware(byClass: ReadonlyMap<MessageClass, Validator> | Validator): Middleware {
  const validatorOf = (message: object): Validator | undefined =>
    typeof byClass === "function" ? byClass : byClass.get(message.constructor as unknown as MessageClass);
  return {
    name: "Validation",
    stage: "validation",
    handle: async ({ message, type }, next) => {
      const validator = typeof message === "object" && message !== null ? validatorOf(message) : undefined;
      const problems = validator === undefined ? [] : await validator(message as object);
      if (problems.length > 0) throw new InvalidMessageError(type, problems);
      return next();
    },
  };
}
