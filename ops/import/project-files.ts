import providersPackage from "@o2cqrs/providers/package.json";
import { type SecretSetting } from "./program-secrets.js";
import { literal } from "./source-text.js";

export interface ProjectOptions {
  readonly project: string;
  readonly organization: string;
  readonly secrets: readonly SecretSetting[];
}

const { name: providers, version, dependencies } = providersPackage;

/** What makes a folder with the program a Pulumi project. */
export function projectFiles(options: ProjectOptions): [path: string, text: string][] {
  return [
    ["Pulumi.yaml", pulumiYaml(options)],
    ["package.json", json(packageJson(options))],
    ["tsconfig.json", json(tsconfig)],
    ["config.ts", configModule],
    [".gitignore", "node_modules/\n.o2cqrs/\n"],
    ["README.md", readme(options)],
  ];
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function pulumiYaml({ project, organization }: ProjectOptions): string {
  const description = literal(`OpenObserve organisation ${organization}, taken over`);
  return `name: ${project}\ndescription: ${description}\nruntime: nodejs\nmain: index.ts\n`;
}

const packageJson = ({ project }: ProjectOptions) => ({
  name: project,
  private: true,
  scripts: { typecheck: "tsc --noEmit --noCheck false" },
  dependencies: {
    [providers]: version,
    "@pulumi/pulumi": dependencies["@pulumi/pulumi"],
    typescript: "^5.9.3",
  },
});

/** With `noCheck` a deployment only transpiles, which is seconds faster; `npm run typecheck` checks. */
const tsconfig = {
  compilerOptions: {
    target: "es2022",
    module: "node16",
    moduleResolution: "node16",
    customConditions: ["@o2cqrs/source"],
    strict: true,
    noCheck: true,
    noEmit: true,
    skipLibCheck: true,
    esModuleInterop: true,
    resolveJsonModule: true,
    types: [],
  },
  include: ["**/*.ts"],
  exclude: ["node_modules"],
};

const configModule = `import { Config } from "@pulumi/pulumi";

/** Settings of this program; credentials stand there encrypted. */
export const config = new Config();
`;

function readme({ project, organization, secrets }: ProjectOptions): string {
  const settings = secrets.map(
    ({ key, what, structured }) =>
      `pulumi config set --secret ${project}:${key}   # ${oneLine(what)}${structured ? ", as a JSON object" : ""}`,
  );
  const steps = [
    "pulumi stack init NAME",
    "pulumi config set o2cqrs:url https://observe.example.com",
    "pulumi config set o2cqrs:organization ORGANIZATION",
    "pulumi config set o2cqrs:user USER",
    "pulumi config set --secret o2cqrs:password",
    ...settings,
    "pulumi up        # takes everything over and changes nothing",
    "pulumi preview   # shows no change",
  ];
  return `# ${oneLine(organization)}

What this organisation of OpenObserve had when \`o2cqrs import\` read it, as a Pulumi program. Each resource has
\`adopt: true\`: the first deployment takes the object over as it is. Remove it from those that nobody else should
change any more.

\`\`\`sh
${steps.join("\n")}
\`\`\`
`;
}

/** Names come from the server and may hold anything. */
const oneLine = (text: string) => text.replace(/[^\p{L}\p{N} ._@:/-]/gu, "?");
