/** The option of node that runs some lines before anything else. */
function preload(source: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(source)}`;
}

/**
 * The SDK prints uncaught errors by `util.inspect` with colours, and with colours Node 20 never returns from a
 * stack frame like `node_modules/@scope/file.ts:1:2`, which is what the SDK's own source maps make of its files:
 * a program of plain JavaScript that throws would run, and eat memory, for ever. The messages go into a log, so
 * nothing is lost without colours.
 */
export const withoutColors = preload(
  'import util from "node:util"; const { inspect } = util;' +
    "util.inspect = Object.assign((value, options, ...rest) =>" +
    'inspect(value, typeof options === "object" ? { ...options, colors: false } : options, ...rest), inspect);',
);

/**
 * Ends a process when the engine is gone, however that went: its end of the standard input closes.
 * A provider listens for ever otherwise.
 */
export const endsWithEngine = preload(
  'process.stdin.once("close", () => process.exit(1)).resume(); process.stdin.unref?.();',
);
