import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { ServerUser, UserNames } from "../client/index.js";
import { type UserInputs, userSchema } from "./args.js";

export const userKind: Kind<UserInputs> = {
  name: "User",
  schema: userSchema,
  comparable: (inputs) => ({ ...inputs }),
  replaceOn: ["email"],
};

export function namesOf({ email, firstName, lastName }: UserInputs): UserNames {
  return { email, first_name: firstName, last_name: lastName };
}

/**
 * A user as the server has it, in terms of arguments. The server never tells a password.
 *
 * @param password the one that the user signs in with; empty when only someone else knows it
 */
export function existingFrom(user: ServerUser, password: string): Existing<UserInputs> {
  return {
    inputs: {
      email: user.email,
      password,
      firstName: user.first_name ?? "",
      lastName: user.last_name ?? "",
      adopt: false,
    },
    marker: undefined,
  };
}
