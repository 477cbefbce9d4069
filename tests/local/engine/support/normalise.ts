/** What differs between two runs by nature: ports, ids of providers, times, ciphertexts, positions in packages. */
export interface Normalisation {
  /** Addresses of the thing server, all alike. */
  readonly bases: readonly string[];
  readonly decrypt: (ciphertext: string) => string;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Protocol fields that name sockets, random bytes, or what only one of the two SDK versions has. */
const incidentalFields = new Set([
  ...["randomSeed", "randomseed", "resourceStatusAddress", "resourceStatusToken"],
  ...["acceptsByteString", "supportsViews", "supportsRefreshBeforeUpdate", "engineAddress", "rootDirectory"],
  ...["programDirectory", "mapperTarget", "loaderTarget", "resolverTarget"],
]);

/** A call as one comparable text. Field names are compared without case, defaults are left out, as on the wire. */
export function normalisedCall(
  { method, request }: { readonly method: string; readonly request: Readonly<Record<string, unknown>> },
  normalisation: Normalisation,
): string {
  const fields = Object.entries(request)
    .filter(([name, value]) => !incidentalFields.has(name) && !isDefault(value))
    .map(([name, value]) => {
      const plain = name.replace(/(Map|List)$/, "").toLowerCase();
      return [plain, name.endsWith("Map") ? Object.fromEntries(value as [string, unknown][]) : value];
    });
  return `${method} ${text(Object.fromEntries(fields), normalisation)}`;
}

/** A stored resource as one comparable text; secrets are compared by their plaintext. */
export function normalisedResource(resource: Record<string, unknown>, normalisation: Normalisation): string {
  const { sourcePosition, stackTrace } = resource;
  return text(
    {
      ...resource,
      created: undefined,
      modified: undefined,
      sourcePosition: own(sourcePosition),
      stackTrace: ((stackTrace ?? []) as { sourcePosition?: string }[])
        .map((frame) => own(frame.sourcePosition))
        .filter((position) => position !== undefined),
    },
    normalisation,
  );
}

/** A position in the project's own files; those in packages move with every version. */
function own(position: unknown): unknown {
  return typeof position === "string" && !position.includes("node_modules") ? position : undefined;
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === "" || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

function text(value: unknown, { bases, decrypt }: Normalisation): string {
  let json = JSON.stringify(sorted(value, decrypt));
  for (const base of bases) json = json.replaceAll(base, "<base>");
  return json.replaceAll(uuid, (id) => (id === unknownValue ? "<unknown>" : "<id>"));
}

function sorted(value: unknown, decrypt: (ciphertext: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item, decrypt));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, item]) =>
      name === "ciphertext" && typeof item === "string"
        ? ["plaintext", decrypt(item)]
        : [name, sorted(item, decrypt)],
    ),
  );
}
