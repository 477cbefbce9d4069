// `npm start`: the whole product on this machine, from a bare checkout. `-- --help` says more.
import { prepare } from "./install.mjs";

await prepare();
const { main } = await import("@o2cqrs/ops/start").then((module) => module.default ?? module);
await main(process.argv.slice(2));
