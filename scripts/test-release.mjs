// `npm run test:release`: releases and rollbacks of the orders service as processes, against the embedded server.
// Not part of .ci/run: with the shop's load the embedded server's processor is full with masking, and the searches
// of a rollback run into their time limit. Why it is so much more than its requests should need is not known yet.
process.argv.push("--testMatch", "**/tests/**/*.shop.ts");
await import("./test.mjs");
