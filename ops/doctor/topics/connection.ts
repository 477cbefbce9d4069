import { envFallbacks, envNames } from "@o2cqrs/contract";
import { AuthenticationError } from "@o2cqrs/providers/client";
import { envComplete } from "../../verify/checks/environment.js";
import {
  type DoctorContext,
  type Examination,
  fine,
  fromFinding,
  type Observation,
  observe,
  problem,
} from "../observation.js";

/** Whether address, organisation and token fit together. */
export const connection: Examination = async (context) => [
  fromFinding("the environment that the stack gives the application", await envComplete(context)),
  shellAgrees(context),
  fine("the server, as whoever deploys", `${context.admin.url} answers`),
  await tokenIsTaken(context),
];

/** A process started from this shell reads these before it reads anything else. */
function shellAgrees({ shellEnv, appEnv }: DoctorContext): Observation {
  const names = [envNames.url, envNames.organization, envNames.user, envNames.token];
  const problems = names.flatMap((name) => {
    const fallback = envFallbacks[name];
    const set = [name, ...(fallback === undefined ? [] : [fallback])].find(
      (each) => (shellEnv[each] ?? "") !== "",
    );
    if (set === undefined) return [];
    const value = (shellEnv[set] ?? "").trim();
    if (value === appEnv[name]) return [];
    if (value.replace(/\/+$/, "") === appEnv[name]) return [];
    return [`${set} is not what the stack says`];
  });
  return observe("the variables that are set in this shell", problems, {
    seen: problems.length === 0 ? "none differs from the stack's" : `${problems.length} differ`,
    cure: "Take them from the stack: o2cqrs env; read them by the runtime's env adapter alone.",
  });
}

const checkedToken = "the application's token";

/** An empty batch: nothing is stored. */
async function tokenIsTaken({ app, appConfig }: DoctorContext): Promise<Observation> {
  try {
    await app.telemetry.ingest(appConfig.streams.commands, []);
    return fine(checkedToken, `${appConfig.user ?? "the bearer token"} may write to ${appConfig.org}`);
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    const cure =
      error.status === 403
        ? `The token is valid and may not write to organisation ${appConfig.org}: check o2cqrs:organization and the account's role.`
        : "The token was replaced outside the stack, or belongs to another server: o2cqrs up --refresh gives a lost one anew, then hand over o2cqrs env.";
    return problem(checkedToken, `the server answers ${error.status}: ${error.serverMessage}`, cure);
  }
}
