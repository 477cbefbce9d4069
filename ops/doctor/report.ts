import { type Terminal } from "../cli/terminal.js";
import { visibleLine } from "../cli/visible-text.js";
import { type Diagnosis } from "./examine.js";
import { type Observation, type ObservationVerdict } from "./observation.js";

const marks: Readonly<Record<ObservationVerdict, string>> = { fine: "ok", problem: "PROBLEM", unknown: "?" };

const mostDetails = 10;

/** For each topic what was checked, what was seen and, where it is a problem, what to do. */
export function doctorReport(
  diagnoses: readonly Diagnosis[],
  { colours }: Pick<Terminal, "colours">,
): string {
  const paint: Readonly<Record<ObservationVerdict, (text: string) => string>> = {
    fine: colours.green,
    problem: colours.red,
    unknown: colours.dim,
  };
  const observation = ({ verdict, checked, seen, details = [], cure }: Observation): string[] => [
    `  ${paint[verdict](marks[verdict].padEnd(8))}${visibleLine(`${checked}: ${seen}`)}`,
    ...details.slice(0, mostDetails).map((detail) => visibleLine(`            - ${detail}`)),
    ...(details.length > mostDetails
      ? [`            … and ${details.length - mostDetails} more (see --json)`]
      : []),
    ...(cure === undefined ? [] : [visibleLine(`          What to do: ${cure}`)]),
  ];
  const parts = diagnoses.map(({ topic, title, observations }) =>
    [colours.bold(`${topic}: ${title}`), ...observations.flatMap(observation)].join("\n"),
  );
  const ill = diagnoses.filter(({ verdict }) => verdict === "problem");
  const summary =
    ill.length === 0
      ? `No problem found in ${diagnoses.length} topics.`
      : `Problems in ${ill.map(({ topic }) => topic).join(", ")}.`;
  return [...parts, summary].join("\n\n");
}
