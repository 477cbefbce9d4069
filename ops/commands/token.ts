import { rm } from "node:fs/promises";
import { join } from "node:path";
import { secretEnvNames } from "@o2cqrs/contract";
import { Command } from "commander";
import { exitCodes, OperatorError } from "../cli/errors.js";
import { jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { Terminal } from "../cli/terminal.js";
import { appEnvOf } from "../deployment/app-env.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { openServer, operatorConnection } from "../deployment/operator-connection.js";
import { envFormats } from "../env/format.js";
import { envDocument, envVariables } from "../env/variable.js";
import { writePrivateFile } from "../storage/private-file.js";
import { isRefused, requireTaken } from "../token/credentials-check.js";
import { runHandOver } from "../token/hand-over.js";
import { rotationFolder, RotationJournal } from "../token/journal.js";
import { rotateToken, type RotationContext } from "../token/rotation.js";
import { setTokenRotation } from "../token/stack-rotation.js";

interface RotateOptions {
  readonly stack: string;
  readonly handOver?: string;
  readonly handedOver: boolean;
  readonly showSecrets: boolean;
  readonly json: boolean;
}

const help = `
The application never holds a token that is not valid: a second account stands in while the token is replaced. It
is given an environment twice, first the stand-in's and then its own. --hand-over runs a command for that, with the
environment as dotenv on its standard input:

  o2cqrs token rotate -s prod --hand-over \\
    'kubectl create secret generic orders-env --from-env-file=/dev/stdin --dry-run=client -o yaml |
     kubectl apply -f - && kubectl rollout restart deploy/orders && kubectl rollout status deploy/orders'

Without it the environment is written to a file that only its owner can read, and the rotation waits; when the
application has it, go on with --handed-over. Interrupted at any point, run it again: it goes on from there.

Exit codes: 0 rotated, 1 waiting for the hand-over or failed (the application's token works), 2 wrong usage,
3 the server cannot be reached, 130 interrupted.`;

export const token: Verb = (session) => {
  const rotate = new Command("rotate")
    .description("replace the application's token without a gap")
    .addOption(stackOption())
    .option(
      "--hand-over <command>",
      "gives the application the environment that it reads from standard input",
    )
    .option("--handed-over", "the application has the environment that the rotation waited for", false)
    .option("--show-secrets", "print the environment that is to be handed over", false)
    .addOption(jsonOption())
    .addHelpText("after", help)
    .action((options: RotateOptions) => runRotate(options, session));
  return new Command("token").description("the application's credentials").addCommand(rotate);
};

async function runRotate(options: RotateOptions, session: Session): Promise<void> {
  const { terminal, projectRoot } = session;
  const { stack } = options;
  // What a deployment says is progress here, not the result.
  const progress = new Terminal({
    stdout: {
      write: (text) => {
        terminal.note(text.trimEnd());
      },
    },
    stderr: {
      write: (text) => {
        terminal.note(text.trimEnd());
      },
    },
    env: { ...session.env, CI: "true" },
  });
  const deployer = await findDeployer({ ...session, terminal: progress }, stack);
  const connection = operatorConnection(await deployer.config(stack), session);
  const server = await openServer(connection);
  const file = join(rotationFolder(projectRoot), `${stack}.env`);
  const hide = (env: Readonly<Record<string, string>>) => {
    for (const name of secretEnvNames) terminal.hide(env[name]);
  };
  const context: RotationContext = {
    server,
    journal: new RotationJournal(projectRoot, stack),
    appEnv: async () => {
      const env = appEnvOf(await deployer.outputs(stack), stack);
      hide(env);
      return env;
    },
    redeploy: async (rotation) => {
      await setTokenRotation(projectRoot, stack, rotation);
      await terminal.during(`Deploying stack ${stack} with a new token`, () =>
        deployer.run("up", { stack, json: false, brief: true, signal: session.signal }),
      );
    },
    verify: (env) => requireTaken(env, connection),
    isRefused: (env) => isRefused(env, connection),
    handOver: async (env) => {
      hide(env);
      const text = envFormats.dotenv(envDocument(envVariables(env), true));
      if (options.showSecrets) terminal.printRevealed(text);
      if (options.handOver === undefined) {
        await writePrivateFile(file, text);
        return false;
      }
      const { handOver: command } = options;
      const told = (line: string) => {
        terminal.note(`  ${line}`);
      };
      await terminal.during("Handing over", () =>
        runHandOver(command, text, { told, signal: session.signal, folder: projectRoot }),
      );
      return true;
    },
    handsOver: options.handOver !== undefined,
    told: (message) => {
      terminal.note(message);
    },
  };
  try {
    const outcome = await rotateToken(context, options.handedOver);
    const waiting = outcome.state === "waiting";
    const result = { ...outcome, ...(waiting && { environment: file }) };
    if (!waiting) await rm(file, { force: true });
    if (options.json) terminal.print(JSON.stringify(result, null, 2));
    if (!waiting) {
      if (!options.json) terminal.print(`The token of ${outcome.account} is rotated.`);
      return;
    }
    throw new OperatorError(`The rotation waits until the application has the environment in ${file}`, {
      exitCode: exitCodes.failed,
      cure: `Give it to the application, then: o2cqrs token rotate --stack ${stack} --handed-over`,
    });
  } finally {
    await server.close();
  }
}
