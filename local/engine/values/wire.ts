import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import {
  isPropertyList,
  isPropertyMap,
  mapProperties,
  type PropertyMap,
  type PropertyValue,
  Secret,
  Unknown,
} from "./property.js";
import {
  outputValueSignature,
  resourceReferenceSignature,
  secretSignature,
  signatureKey,
  unknownValue,
} from "./signatures.js";

/** What the receiver of a message understands; what it does not is flattened to plain values. */
export interface WireOptions {
  /** The receiver takes tagged secrets; otherwise they are sent bare. */
  readonly secrets: boolean;
  /** The receiver takes resource references; otherwise their ids (or URNs) are sent. */
  readonly resources: boolean;
}

/** Reads properties from a protobuf struct; a missing struct is an empty map. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
  if (!struct) return {};
  return mapProperties(struct.toJavaScript(), fromWire);
}

/** Reads one value as Pulumi's SDKs serialise it. */
export function fromWire(value: PropertyValue): PropertyValue {
  if (value === unknownValue) return Unknown.instance;
  if (isPropertyList(value)) return value.map(fromWire);
  if (!isPropertyMap(value)) return value;
  switch (value[signatureKey]) {
    case secretSignature:
      return new Secret(fromWire(value.value ?? null));
    case outputValueSignature: {
      const inner = "value" in value ? fromWire(value.value ?? null) : Unknown.instance;
      return value.secret === true ? new Secret(inner) : inner;
    }
    default:
      return mapProperties(value, fromWire);
  }
}

/** Writes properties as a protobuf struct for the given receiver. */
export function toStruct(map: PropertyMap, options: WireOptions): Struct {
  return Struct.fromJavaScript(mapProperties(map, (value) => toWire(value, options)));
}

/** Writes one value for the given receiver. */
export function toWire(value: PropertyValue, options: WireOptions): PropertyValue {
  if (value instanceof Unknown) return unknownValue;
  if (value instanceof Secret) {
    const inner = toWire(value.value, options);
    return options.secrets ? { [signatureKey]: secretSignature, value: inner } : inner;
  }
  if (isPropertyList(value)) return value.map((item) => toWire(item, options));
  if (!isPropertyMap(value)) return value;
  if (value[signatureKey] === resourceReferenceSignature && !options.resources)
    return toWire(value.id ?? value.urn ?? null, options);
  return mapProperties(value, (item) => toWire(item, options));
}
