export { composeFolder, composeVariables, type ComposeFolder } from "./compose.js";
export { defineDocker } from "./define.js";
export { type SecretName } from "./definition.js";
export { dockerOptions, type DockerOptions } from "./options.js";
export { gatewayAccountFile, gatewayTokensFile, type GatewayAccount } from "../gateway/credentials.js";
export { dockerOptionsOf } from "../index.js";
