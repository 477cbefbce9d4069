/**
 * Embedded deployment engine: runs an unmodified Pulumi Node program of components and dynamic resources
 * without the Pulumi CLI, and keeps its state in Pulumi's own format.
 */
export { createEngine, type Engine } from "./operations/engine.js";
export { type EngineOptions, type RefreshOptions, type UpOptions } from "./operations/options.js";
export { type Diagnostic, type OperationResult } from "./operations/operation.js";
export * from "./errors.js";
export * from "./events.js";
export { type ProviderCall } from "./provider/calls.js";
export { type ConfigOverride } from "./project/config.js";
export { type PropertyMap, type PropertyValue, Secret, Unknown } from "./values/property.js";
export { redact, redactMap } from "./values/text.js";
export { createDisplay, type DisplayOptions } from "./display/display.js";
export { previewDocument, type PreviewDocument } from "./display/preview-document.js";
