import { type AcceptanceId, acceptanceItems } from "@o2cqrs/contract";
import { checks } from "../../verify/catalogue.js";
import { type Examination, fromFinding } from "../observation.js";

/** From where data is kept to what is in it: the first that fails explains those behind it. */
const asked = [
  "streams-exist",
  "pipelines-enabled",
  "no-quarantine",
  "log-fields",
  "log-status-fields",
  "log-coverage",
  "metrics-labelled",
  "span-coverage",
  "log-trace-link",
  "exceptions-recorded",
] as const satisfies readonly AcceptanceId[];

/** Whether logs, metrics and traces are there and complete, by the checks of verify that only read. */
export const data: Examination = async (context) => {
  const observations = [];
  for (const id of asked)
    observations.push(fromFinding(acceptanceItems[id].title, await checks[id](context)));
  return observations;
};
