import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Engine, measureState } from "./project.js";

const run = promisify(execFile);

/** The Pulumi CLI on the PATH, if there is one; its states are kept in a folder. */
export async function pulumiCli(): Promise<Engine | undefined> {
  const version = await run("pulumi", ["version"]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (version === undefined) return undefined;
  return {
    title: `Pulumi CLI ${version}`,
    async open(project, folder, env) {
      const settings = join(folder, "Pulumi.bench.yaml");
      const entries = Object.entries(project.config).map(([key, value]) => `  ${key}: ${value}\n`);
      writeFileSync(settings, `config:\n${entries.join("")}`);
      const pulumi = async (...args: string[]) =>
        run("pulumi", [...args, "--non-interactive", "--stack", "bench"], {
          cwd: project.directory,
          maxBuffer: 256 * 1024 * 1024,
          env: {
            ...process.env,
            ...env,
            PULUMI_BACKEND_URL: pathToFileURL(folder).href,
            PULUMI_CONFIG_PASSPHRASE: "bench",
            PULUMI_SKIP_UPDATE_CHECK: "true",
          },
        });
      const acting = (verb: string) =>
        pulumi(verb, "--yes", "--skip-preview", "--suppress-outputs", "--config-file", settings);
      await pulumi("stack", "select", "--create");
      for (const [key, value] of Object.entries(project.secrets ?? {}))
        await pulumi("config", "set", "--secret", key, value, "--config-file", settings);
      return {
        async up() {
          const started = performance.now();
          await acting("up");
          const seconds = (performance.now() - started) / 1000;
          const { stdout } = await pulumi("stack", "export");
          return { seconds, ...measureState(stdout) };
        },
        refresh: () => acting("refresh"),
        async destroy() {
          await acting("destroy");
          // `pulumi stack select --create` writes it beside the project, whatever file the settings are in.
          rmSync(join(project.directory, "Pulumi.bench.yaml"), { force: true });
        },
      };
    },
  };
}
