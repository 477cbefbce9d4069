import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createEngine } from "@o2cqrs/local-engine";
import { type Engine, measureState } from "./project.js";

/** The embedded engine, in this process. */
export const embeddedEngine: Engine = {
  title: "embedded engine",
  open(project, folder, env) {
    const secrets = Object.fromEntries(
      Object.entries(project.secrets ?? {}).map(([key, value]) => [key, { value, secret: true }]),
    );
    const engine = createEngine({
      projectDir: project.directory,
      stack: "bench",
      stateDir: folder,
      passphrase: "bench",
      config: { ...project.config, ...secrets },
      env,
    });
    const succeeded = async (work: Promise<{ ok: boolean; errors: readonly { message: string }[] }>) => {
      const { ok, errors } = await work;
      if (!ok) throw new Error(errors.map(({ message }) => message).join("\n"));
    };
    return Promise.resolve({
      async up() {
        const started = performance.now();
        await succeeded(engine.up());
        const seconds = (performance.now() - started) / 1000;
        const state = readFileSync(join(folder, project.name, "bench.json"), "utf8");
        return { seconds, ...measureState(state) };
      },
      refresh: () => succeeded(engine.refresh()),
      destroy: () => succeeded(engine.destroy()),
    });
  },
};
