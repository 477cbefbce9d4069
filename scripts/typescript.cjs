// Runs TypeScript sources as they are: `node -C @o2cqrs/source -r ./scripts/typescript.cjs FILE.ts`. Types are not checked.
const { existsSync } = require("node:fs");
const Module = require("node:module");
const swc = require("@swc/core");

const options = {
  swcrc: false,
  configFile: false,
  jsc: {
    target: "es2022",
    parser: { syntax: "typescript", decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  // `import()` stays as it is, so that CommonJS can still load ES modules.
  module: { type: "commonjs", ignoreDynamic: true },
};

Module._extensions[".ts"] = (module, file) =>
  module._compile(swc.transformFileSync(file, options).code, file);

// Imports name the file that a build would make.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, parent, ...rest) {
  const source = parent?.filename?.endsWith(".ts") && /^\.{1,2}\/.*\.js$/.test(name);
  if (source) {
    const typescript = Module._findPath(name.replace(/\.js$/, ".ts"), [
      require("node:path").dirname(parent.filename),
    ]);
    if (typescript && existsSync(typescript)) return typescript;
  }
  return resolve.call(this, name, parent, ...rest);
};
