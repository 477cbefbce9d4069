export { exitCodes, OperatorError } from "./cli/errors.js";
export { runCommandLine } from "./cli/program.js";
export { type Session } from "./cli/session.js";
export { Terminal } from "./cli/terminal.js";
