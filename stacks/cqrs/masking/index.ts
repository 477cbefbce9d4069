export * from "./pipeline.js";
export * from "./programs.js";
