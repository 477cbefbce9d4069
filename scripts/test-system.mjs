// Suites that need system programs (nginx, Prometheus, …). Each says so and skips when its program is missing.
process.argv.push("--testMatch", "**/tests/**/*.system.ts");
await import("./test.mjs");
