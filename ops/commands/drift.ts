import { Command } from "commander";
import { OperatorError } from "../cli/errors.js";
import { jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { renderTable } from "../cli/table.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { openServer, operatorConnection } from "../deployment/operator-connection.js";
import { type ChangeKind, changesOf, type PlannedChange, shortValue } from "../plan/plan.js";

interface DriftOptions {
  readonly stack: string;
  readonly json: boolean;
}

export const drift: Verb = (session) =>
  new Command("drift")
    .description("compare the server with the program: which resource, which field, ours and theirs")
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Changes neither the server nor the stack's state.

Exit codes: 0 nothing differs, 1 something does, or the comparison failed on the way (--json then prints nothing),
2 wrong usage, 3 the server cannot be reached, 130 interrupted.`,
    )
    .action((options: DriftOptions) => findDrift(options, session));

async function findDrift({ stack, json }: DriftOptions, session: Session): Promise<void> {
  const { terminal, signal } = session;
  const deployer = await findDeployer(session, stack);
  // A server that is away differs in nothing: that must have another exit code.
  const server = await openServer(operatorConnection(await deployer.config(stack), session));
  await server.close();
  const plan = await terminal.during(`Comparing stack ${stack} with the server`, () =>
    deployer.plan(stack, { refresh: true, signal }),
  );
  const changes = changesOf(plan);
  if (json) terminal.print(JSON.stringify({ stack, drift: changes }, null, 2));
  else if (changes.length === 0) terminal.print(`Stack ${stack} and the server agree.`);
  else
    terminal.print(
      renderTable(["resource", "field", "ours → theirs"], changes.flatMap(rowsOf), terminal.width),
    );
  if (changes.length === 0) return;
  throw new OperatorError(`${changes.length} resources differ`, {
    cure: `o2cqrs up --refresh --stack ${stack} makes the server as the program says; or change the program.`,
  });
}

const whole: Readonly<Record<ChangeKind, string>> = {
  create: "is missing on the server",
  delete: "is no longer in the program",
  replace: "must be replaced",
  update: "differs",
};

function rowsOf({ change, kind, name, fields }: PlannedChange): string[][] {
  const resource = `${kind} ${name}`;
  if (fields.length === 0) return [[resource, "", whole[change]]];
  return fields.map(({ path, ours, theirs }) => [
    resource,
    path,
    `${shortValue(ours)} → ${shortValue(theirs)}`,
  ]);
}
