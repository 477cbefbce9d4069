/**
 * The tags by which Pulumi marks special objects on the wire and in state
 * (sdk/go/common/resource/sig and the constants of `@pulumi/pulumi/runtime/rpc`).
 */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const outputValueSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
export const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
export const resourceReferenceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** What stands for an unknown value on the wire. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
