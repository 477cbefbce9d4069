export { restoreJob } from "./backup.js";
export { kubernetesOptions, type KubernetesOptions } from "./options.js";
export { kubernetesOptionsOf } from "../index.js";
