/** A uniform resource name, `urn:pulumi:<stack>::<project>::<parent types$type>::<name>`. */
export type Urn = string;

export const stackType = "pulumi:pulumi:Stack";
export const stackReferenceType = "pulumi:pulumi:StackReference";
const providerTypePrefix = "pulumi:providers:";

/** The one provider this engine runs: resources written in the program itself. */
export const dynamicPackage = "pulumi-nodejs";

/** The parts of a URN. Names may contain `::`, so only the first four separators count. */
export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  /** All the types from the outermost parent down, joined by `$`. */
  readonly qualifiedType: string;
  readonly name: string;
}

/** Splits a URN; missing parts are empty. */
export function parseUrn(urn: Urn): UrnParts {
  const [prefix = "", project = "", qualifiedType = "", ...name] = urn.split("::");
  return { stack: prefix.replace(/^urn:pulumi:/, ""), project, qualifiedType, name: name.join("::") };
}

/** Makes a URN. A parent contributes its types, except the stack itself. */
export function makeUrn(stack: string, project: string, parent: Urn, type: string, name: string): Urn {
  const above = parent === "" ? "" : parseUrn(parent).qualifiedType;
  const qualified = above === "" || above === stackType ? type : `${above}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** The resource's own type. */
export function typeOf(urn: Urn): string {
  const { qualifiedType } = parseUrn(urn);
  return qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1);
}

/** The resource's logical name. */
export function nameOf(urn: Urn): string {
  return parseUrn(urn).name;
}

/** The package that a resource type belongs to. */
export function packageOf(type: string): string {
  return type.split(":")[0] ?? "";
}

/** The type of the provider resource of a package. */
export function providerType(packageName: string): string {
  return `${providerTypePrefix}${packageName}`;
}

/** Whether a type is a provider's. */
export function isProviderType(type: string): boolean {
  return type.startsWith(providerTypePrefix);
}

/** The URN part of a provider reference `<urn>::<id>`. */
export function providerUrn(reference: string): Urn {
  return reference.slice(0, reference.lastIndexOf("::"));
}
