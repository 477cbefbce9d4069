import { createHash } from "node:crypto";

import { StateError } from "../errors.js";
import { type Crypter } from "../secrets/passphrase.js";
import { missingPassphrase } from "../secrets/source.js";
import {
  isPropertyList,
  isPropertyMap,
  mapProperties,
  type PropertyMap,
  type PropertyValue,
  Secret,
  Unknown,
} from "../values/property.js";
import { secretSignature, signatureKey } from "../values/signatures.js";
import { type DeploymentJson, type OperationJson, type ResourceJson } from "./format.js";
import { newState, type PendingOperation, type ResourceState } from "./resource-state.js";

/** The engine version written into the manifest: the SDK whose protocol is served. */
export const engineVersion = "v3.248.0";

/** Everything a state file holds, in the engine's own form. */
export interface Snapshot {
  resources: ResourceState[];
  pendingOperations: PendingOperation[];
  metadata: Record<string, unknown>;
  /** Fields this engine does not know, kept for the next engine. */
  foreign: Record<string, unknown>;
}

/** A stack that was never deployed. */
export function emptySnapshot(): Snapshot {
  return { resources: [], pendingOperations: [], metadata: {}, foreign: {} };
}

/** A secret is encrypted once, so that a state that did not change is written back the same. */
const ciphertexts = new WeakMap<Secret, { readonly crypter: Crypter; readonly text: string }>();

/** @throws PassphraseError when there is a secret and no crypter */
export function serializeValue(value: PropertyValue, crypter: Crypter | undefined): unknown {
  if (value instanceof Unknown) throw new StateError("an unknown value cannot be stored in the state");
  if (value instanceof Secret) {
    if (!crypter) throw missingPassphrase("the state holds a secret");
    const known = ciphertexts.get(value);
    const text =
      known?.crypter === crypter
        ? known.text
        : crypter.encrypt(JSON.stringify(serializeValue(value.value, crypter)));
    ciphertexts.set(value, { crypter, text });
    return { [signatureKey]: secretSignature, ciphertext: text };
  }
  if (isPropertyList(value)) return value.map((item) => serializeValue(item, crypter));
  if (isPropertyMap(value)) return serializeMap(value, crypter);
  return value;
}

function serializeMap(map: PropertyMap, crypter: Crypter | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((name) => [name, serializeValue(map[name] ?? null, crypter)]),
  );
}

/** Properties are replaced, never changed, so the same ones are stored as they were at the write before. */
const serialized = new WeakMap<
  PropertyMap,
  { readonly crypter: Crypter | undefined; readonly json: Record<string, unknown> }
>();

function serializeProperties(map: PropertyMap, crypter: Crypter | undefined): Record<string, unknown> {
  const known = serialized.get(map);
  if (known && known.crypter === crypter) return known.json;
  const json = serializeMap(map, crypter);
  serialized.set(map, { crypter, json });
  return json;
}

/** @throws PassphraseError when there is a secret and no crypter, or another passphrase encrypted it */
export function deserializeValue(value: unknown, crypter: Crypter | undefined): PropertyValue {
  // What comes from JSON.parse has only the JSON types, which are all property values.
  const json = value as PropertyValue;
  if (isPropertyList(json)) return json.map((item) => deserializeValue(item, crypter));
  if (!isPropertyMap(json)) return json;
  if (json[signatureKey] !== secretSignature)
    return mapProperties(json, (item) => deserializeValue(item, crypter));
  const { ciphertext, plaintext } = json;
  // `pulumi stack export --show-secrets` writes the plaintext, as JSON in a string.
  if (typeof plaintext === "string") return new Secret(deserializeValue(JSON.parse(plaintext), crypter));
  if (typeof ciphertext !== "string") throw new StateError("a secret in the state has no ciphertext");
  if (!crypter) throw missingPassphrase("the state holds secrets");
  const secret = new Secret(deserializeValue(JSON.parse(crypter.decrypt(ciphertext)), crypter));
  ciphertexts.set(secret, { crypter, text: ciphertext });
  return secret;
}

/** Fields at their default are left out, as Pulumi does. The order of the fields is Pulumi's too. */
export function serializeResource(state: ResourceState, crypter: Crypter | undefined): ResourceJson {
  const { customTimeouts: timeouts } = state;
  const json: Record<string, unknown> = {
    urn: state.urn,
    custom: state.custom,
    delete: state.delete,
    id: state.id,
    type: state.type,
    inputs: serializeProperties(state.inputs, crypter),
    outputs: serializeProperties(state.outputs, crypter),
    parent: state.parent,
    protect: state.protect,
    taint: state.taint,
    external: state.external,
    dependencies: state.dependencies,
    initErrors: state.initErrors,
    provider: state.provider,
    propertyDependencies: Object.fromEntries(
      Object.keys(state.propertyDependencies)
        .sort()
        .map((name) => [name, state.propertyDependencies[name]]),
    ),
    pendingReplacement: state.pendingReplacement,
    additionalSecretOutputs: state.additionalSecretOutputs,
    aliases: state.aliases,
    customTimeouts: timeouts && withoutDefaults({ ...timeouts }),
    importID: state.importId,
    retainOnDelete: state.retainOnDelete,
    deletedWith: state.deletedWith,
    replaceWith: state.replaceWith,
    created: state.created,
    modified: state.modified,
    sourcePosition: state.sourcePosition,
    ignoreChanges: state.ignoreChanges,
    replaceOnChanges: state.replaceOnChanges,
    replacementTrigger: serializeValue(state.replacementTrigger, crypter),
    refreshBeforeUpdate: state.refreshBeforeUpdate,
    ...state.foreign,
  };
  return {
    ...withoutDefaults(json),
    custom: state.custom,
    ...(state.stackTrace.length > 0 && { stackTrace: state.stackTrace }),
  } as ResourceJson;
}

function withoutDefaults(json: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => !isDefault(value)));
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "" || value === 0) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

export function deserializeResource(json: ResourceJson, crypter: Crypter | undefined): ResourceState {
  const { urn, type, custom, ...rest } = json;
  const map = (value: Record<string, unknown> | undefined): PropertyMap =>
    deserializeValue(value ?? {}, crypter) as PropertyMap;
  const {
    id = "",
    inputs,
    outputs,
    parent = "",
    provider = "",
    dependencies,
    propertyDependencies,
    delete: condemned = false,
    pendingReplacement = false,
    taint = false,
    external = false,
    protect = false,
    retainOnDelete = false,
    deletedWith = "",
    replaceWith,
    additionalSecretOutputs,
    aliases,
    initErrors,
    customTimeouts,
    importID = "",
    ignoreChanges,
    replaceOnChanges,
    replacementTrigger,
    refreshBeforeUpdate = false,
    created,
    modified,
    sourcePosition = "",
    stackTrace,
    ...foreign
  } = rest;
  return newState({
    urn,
    type,
    custom,
    id,
    inputs: map(inputs),
    outputs: map(outputs),
    parent,
    provider,
    dependencies: dependencies ?? [],
    propertyDependencies: Object.fromEntries(
      Object.entries(propertyDependencies ?? {}).map(([name, urns]) => [name, urns ?? []]),
    ),
    delete: condemned,
    pendingReplacement,
    taint,
    external,
    protect,
    retainOnDelete,
    deletedWith,
    replaceWith: replaceWith ?? [],
    additionalSecretOutputs: additionalSecretOutputs ?? [],
    aliases: aliases ?? [],
    initErrors: initErrors ?? [],
    customTimeouts: customTimeouts
      ? { create: 0, update: 0, delete: 0, read: 0, ...dropUndefined(customTimeouts) }
      : undefined,
    importId: importID,
    ignoreChanges: ignoreChanges ?? [],
    replaceOnChanges: replaceOnChanges ?? [],
    replacementTrigger: deserializeValue(replacementTrigger ?? null, crypter),
    refreshBeforeUpdate,
    created,
    modified,
    sourcePosition,
    stackTrace: stackTrace ?? [],
    foreign,
  });
}

function dropUndefined(timeouts: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(timeouts).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

/** Writes a snapshot in Pulumi's deployment format. */
export function serializeSnapshot(
  snapshot: Snapshot,
  crypter: Crypter | undefined,
  now = new Date(),
): DeploymentJson {
  const operations = snapshot.pendingOperations.map((operation) => ({
    resource: serializeResource(operation.resource, crypter),
    type: operation.type,
  }));
  return {
    ...snapshot.foreign,
    manifest: {
      time: now.toISOString(),
      magic: createHash("sha256").update(engineVersion).digest("hex"),
      version: engineVersion,
    },
    ...(crypter && { secrets_providers: { type: "passphrase", state: { salt: crypter.salt } } }),
    ...(snapshot.resources.length > 0 && {
      resources: snapshot.resources.map((state) => serializeResource(state, crypter)),
    }),
    ...(operations.length > 0 && { pending_operations: operations satisfies OperationJson[] }),
    metadata: snapshot.metadata,
  };
}

const ownFields = new Set(["manifest", "secrets_providers", "resources", "pending_operations", "metadata"]);

/** Reads Pulumi's deployment format. */
export function deserializeSnapshot(json: DeploymentJson, crypter: Crypter | undefined): Snapshot {
  const { resources, pending_operations: operations, metadata } = json;
  return {
    resources: (resources ?? []).map((resource) => deserializeResource(resource, crypter)),
    pendingOperations: (operations ?? []).map(({ resource, type }) => ({
      resource: deserializeResource(resource, crypter),
      type,
    })),
    metadata: metadata ?? {},
    foreign: Object.fromEntries(Object.entries(json).filter(([field]) => !ownFields.has(field))),
  };
}
