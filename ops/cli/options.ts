import { Option } from "commander";
import { localStack } from "../deployment/local-stack.js";
import { parseDuration } from "./duration.js";

/** `--stack`, as every verb that works on a deployed stack has it. */
export const stackOption = () =>
  new Option("-s, --stack <name>", "stack to work on").env("O2CQRS_STACK").default(localStack);

/** `--json`, as every verb has it. */
export const jsonOption = () => new Option("--json", "print JSON for machines").default(false);

/** An option that takes a span of time; the help shows its default as an operator would write it. */
export const durationOption = (flags: string, description: string, fallback: string) =>
  new Option(flags, description).argParser(parseDuration).default(parseDuration(fallback), fallback);

/** `--organization`, for verbs that work on a whole organisation. */
export const organizationOption = () =>
  new Option("--organization <identifier>", "organisation to work on (default: the stack's)");
