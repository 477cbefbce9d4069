import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import { messageOf, usageError } from "../cli/errors.js";

/** Pictures of the dashboards, and where whoever reads the comment finds them. */
export interface Pictures {
  /** File names, sorted. */
  readonly files: readonly string[];
  /** Address of all of them, or of each when `{file}` stands in it. */
  readonly url?: string;
}

const formats = [".svg", ".png"];

/**
 * @param url empty for none, as a workflow has it when nothing was published
 * @throws OperatorError when the folder cannot be read
 */
export async function readPictures(folder: string, url?: string): Promise<Pictures> {
  try {
    const files = (await readdir(folder)).filter((file) => formats.includes(extname(file))).sort();
    return { files, ...(url !== undefined && url !== "" && { url }) };
  } catch (error) {
    throw usageError(
      `The pictures in ${folder} cannot be read: ${messageOf(error)}`,
      "Draw them with: o2cqrs dashboards render.",
    );
  }
}
