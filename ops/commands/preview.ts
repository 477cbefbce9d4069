import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { parseAlertTests } from "../plan/alert-tests.js";
import { type Attachments, markdownOf } from "../plan/markdown.js";
import { readPictures } from "../plan/pictures.js";
import { changesOf, failuresOf, parsePlan, type Plan } from "../plan/plan.js";

interface PreviewOptions {
  readonly stack: string;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly from?: string;
  readonly output?: string;
  readonly alertTests?: string;
  readonly pictures?: string;
  readonly picturesUrl?: string;
}

export const preview: Verb = (session) =>
  new Command("preview")
    .description("say what a deploy would change (Pulumi CLI if there is one, else the embedded engine)")
    .addOption(stackOption())
    .addOption(jsonOption())
    .option("--markdown", "write it as a comment for a pull request", false)
    .option("--from <file>", "read a preview that `pulumi preview --json` wrote, instead of making one")
    .option("-o, --output <file>", "write the comment to a file")
    .option("--alert-tests <file>", "tell in the comment what `o2cqrs alerts test --json` found")
    .option("--pictures <folder>", "show in the comment the dashboards drawn there")
    .option("--pictures-url <url>", "where those pictures are published; {file} stands for a file's name")
    .action((options: PreviewOptions) => runPreview(options, session));

async function runPreview(options: PreviewOptions, session: Session): Promise<void> {
  const { stack, json, output } = options;
  const { terminal, signal } = session;
  if (!options.markdown && options.from === undefined) {
    const deployer = await findDeployer(session, stack);
    terminal.note(`preview of stack ${stack} with the ${deployer.title}`);
    await deployer.run("preview", { stack, json, signal });
    return;
  }
  const attachments = await attachmentsOf(options);
  const plan = await planOf(options, session);
  const markdown = markdownOf(changesOf(plan), stack, { failures: failuresOf(plan), ...attachments });
  if (output === undefined) terminal.print(markdown);
  else await writeFile(output, terminal.redact(markdown));
}

async function attachmentsOf({ alertTests, pictures, picturesUrl }: PreviewOptions): Promise<Attachments> {
  return {
    ...(alertTests !== undefined && { alertTests: parseAlertTests(await readFile(alertTests, "utf8")) }),
    ...(pictures !== undefined && { pictures: await readPictures(pictures, picturesUrl) }),
  };
}

async function planOf({ stack, from }: PreviewOptions, session: Session): Promise<Plan> {
  if (from !== undefined) return parsePlan(await readFile(from, "utf8"));
  const deployer = await findDeployer(session, stack);
  return session.terminal.during(`Previewing stack ${stack}`, () =>
    deployer.plan(stack, { refresh: false, signal: session.signal }),
  );
}
