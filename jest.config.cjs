const swc = {
  jsc: {
    target: "es2022",
    parser: { syntax: "typescript", decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: "commonjs" },
};

// These packages ship ES modules only; jest loads CommonJS, so they are transformed as our own sources are.
const esmOnly = ["p-retry", "p-queue", "p-timeout", "eventemitter3", "is-network-error"];

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: {
    customExportConditions: ["@o2cqrs/source", "node", "node-addons", "require", "default"],
  },
  roots: ["<rootDir>/tests"],
  testMatch: ["**/*.test.ts"],
  modulePathIgnorePatterns: ["/dist/"],
  transform: { "^.+\\.(ts|js|mjs)$": ["@swc/jest", swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json", "node"],
  // One fewer than the cores is the default, which on two cores leaves one idle.
  maxWorkers: "100%",
  testTimeout: 30_000,
  collectCoverageFrom: [
    "{contract,providers,stacks,runtime,ops,policy}/**/*.ts",
    "local/**/*.ts",
    "!**/dist/**",
    "!**/node_modules/**",
  ],
  coverageThreshold: {
    "./contract/": { lines: 90, branches: 80 },
    "./providers/": { lines: 85, branches: 75 },
  },
};
