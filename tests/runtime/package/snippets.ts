import { readFileSync } from "node:fs";
import { join } from "node:path";

export const repository = join(__dirname, "..", "..", "..");

const readme = readFileSync(join(repository, "runtime", "README.md"), "utf8");
const blocks = (language: string): string[] =>
  [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, found, text = ""]) =>
    found === language ? [text] : [],
  );

/** What a new user copies from the package's README, in its order: TypeScript, and what to install. */
export const snippets = blocks("ts");
export const installLines = blocks("sh").join("\n");
