// `npm run test:cluster`: the suites that need a control plane of Kubernetes. Says so and skips where none can be had.
import { controlPlane } from "./build-cluster.mjs";

try {
  process.env.O2CQRS_CONTROL_PLANE = controlPlane();
} catch (error) {
  console.log(`Skipping the suites on Kubernetes. ${error.message}`);
  console.log("0 passed, 0 failed");
  process.exit(0);
}
process.argv.push("--testMatch", "**/tests/cluster/*.cluster.ts", "--runInBand");
await import("./test.mjs");
