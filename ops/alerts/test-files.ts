import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readCaseFile } from "./case-file.js";
import { RecordStore } from "./record-store.js";
import { type FileResult } from "./report.js";
import { runTest } from "./run-test.js";

/** Where the cases of the catalogue's alerts are, from the project's root. */
export const shippedCasesFolder = join("stacks", "cqrs", "alerts", "cases");

/** Every file of cases that comes with the project, in order. */
export async function shippedCaseFiles(projectRoot: string): Promise<string[]> {
  const folder = join(projectRoot, shippedCasesFolder);
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Runs the cases of files. All files are read before the first case runs.
 * @throws OperatorError when a file is not as it should be
 */
export async function testFiles(files: readonly string[], signal?: AbortSignal): Promise<FileResult[]> {
  const read = await Promise.all(files.map(async (file) => ({ file, tests: await readCaseFile(file) })));
  const store = await RecordStore.open();
  try {
    const results: FileResult[] = [];
    for (const { file, tests } of read) {
      const done = [];
      for (const test of tests) {
        signal?.throwIfAborted();
        done.push(await runTest(test, store));
      }
      results.push({ file, tests: done });
    }
    return results;
  } finally {
    store.close();
  }
}
