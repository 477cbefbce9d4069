import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/", "**/node_modules/", "coverage/", "reports/"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "max-lines": ["warn", { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // The SDK as a whole loads TypeScript, npm's own code and the automation API: half a second of every deploy. The
    // packages of Docker and Kubernetes load it anyway.
    files: ["providers/**/*.ts", "stacks/**/*.ts"],
    ignores: ["stacks/platform/docker/**", "stacks/platform/kubernetes/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        ...["", "/automation", "/dynamic", "/runtime"].map((path) => ({
          name: `@pulumi/pulumi${path}`,
          allowTypeImports: true,
          message: "Import the module that has it, such as @pulumi/pulumi/output; types may come from here.",
        })),
      ],
    },
  },
  {
    // Nest's injector needs the classes it injects as values, though only their types are named.
    files: ["examples/**/*.ts", "runtime/nest/**/*.ts", "tests/runtime/nest/**/*.ts"],
    rules: { "@typescript-eslint/consistent-type-imports": "off" },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      // `expect.objectContaining` and its like are typed `any`.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  prettier,
);
