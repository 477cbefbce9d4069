// `npm run conformance`: builds the packages and takes every kind of resource through its life on a server.
import { build } from "./build.mjs";

await build();
await import("../ops/dist/conformance/main.js");
