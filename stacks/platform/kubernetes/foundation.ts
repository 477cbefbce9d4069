import type { Resource } from "@pulumi/pulumi";
import type { Manifest } from "./manifest.js";
import { namespace } from "./namespace.js";
import type { Options } from "./options.js";
import { priorityClasses } from "./priorities.js";
import { Part } from "./register.js";

/** What has to be there before anything else: the namespace and the priorities. */
export const foundationManifests = (options: Options): Manifest[] => [
  namespace(options),
  ...priorityClasses(options),
];

export interface FoundationArgs {
  readonly options: Options;
}

export class Foundation extends Part {
  constructor({ options: given }: FoundationArgs, options: { readonly parent: Resource }) {
    super("Foundation", foundationManifests(given), { after: [] }, options);
  }
}
