import { usageError } from "../../cli/errors.js";
import { type EnvFormat, withheldComments } from "../variable.js";

/**
 * `.env` as dotenv, Docker Compose and `node --env-file` read it. The format has no escape for a quote
 * inside the same quotes, so the kind of quotes is chosen by what the value holds; single quotes come
 * first because nothing is expanded in them.
 */
export const dotenv: EnvFormat = ({ variables, withheld }) =>
  [
    ...variables.map(({ name, value }) => `${name}=${quote(name, value)}`),
    ...withheldComments(withheld),
    "",
  ].join("\n");

function quote(name: string, value: string): string {
  if (/^[\w./:@%+,~-]*$/.test(value)) return value;
  const mark = ["'", '"', "`"].find(
    (each) => !value.includes(each) && (each === "'" || !/[$\\]/.test(value)),
  );
  if (mark === undefined) {
    throw usageError(
      `${name} cannot be written as dotenv: no kind of quotes holds its value`,
      "Use --format json or --format shell.",
    );
  }
  return `${mark}${value}${mark}`;
}
