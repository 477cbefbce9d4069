import { messageOf } from "../cli/errors.js";
import {
  type DoctorContext,
  type Examination,
  type Observation,
  type ObservationVerdict,
  problem,
  type Topic,
  topicNames,
  topics,
  unknown,
} from "./observation.js";
import { cache } from "./topics/cache.js";
import { connection } from "./topics/connection.js";
import { data } from "./topics/data.js";
import { handlers } from "./topics/handlers.js";
import { otlp } from "./topics/otlp.js";
import { retries } from "./topics/retries.js";
import { timers } from "./topics/timers.js";

/** How each topic is looked into. */
export const examinations: Readonly<Record<Topic, Examination>> = {
  connection,
  cache,
  retries,
  handlers,
  data,
  otlp,
  timers,
};

/** What was found about one topic. */
export interface Diagnosis {
  readonly topic: Topic;
  readonly title: string;
  readonly verdict: ObservationVerdict;
  readonly observations: readonly Observation[];
}

/** Looks into the topics, one after the other. */
export async function examine(
  context: DoctorContext,
  only: readonly Topic[] = topicNames,
): Promise<Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const topic of topicNames.filter((name) => only.includes(name))) {
    context.signal.throwIfAborted();
    diagnoses.push(diagnosis(topic, await attempt(topic, context)));
  }
  return diagnoses;
}

async function attempt(topic: Topic, context: DoctorContext): Promise<readonly Observation[]> {
  try {
    return await examinations[topic](context);
  } catch (error) {
    context.signal.throwIfAborted();
    return [
      problem("whether the server can be asked", messageOf(error), "Mend what the message names first."),
    ];
  }
}

/** When nobody can even connect, that is the diagnosis, and nothing else can be said. */
export function unreachable(error: unknown, cure: string, only: readonly Topic[] = topicNames): Diagnosis[] {
  return topicNames
    .filter((name) => name === "connection" || only.includes(name))
    .map((topic) =>
      diagnosis(
        topic,
        topic === "connection"
          ? [problem("the connection to the server", messageOf(error), cure)]
          : [unknown("anything", "not looked at, as the server cannot be asked")],
      ),
    );
}

function diagnosis(topic: Topic, observations: readonly Observation[]): Diagnosis {
  const has = (verdict: ObservationVerdict) => observations.some((each) => each.verdict === verdict);
  const verdict = has("problem") ? "problem" : has("fine") ? "fine" : "unknown";
  return { topic, title: topics[topic], verdict, observations };
}
