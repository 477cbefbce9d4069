import { z } from "zod";

/** Pulumi's deployment format, version 3 (sdk/go/common/apitype). Unknown fields are kept. */
export const formatVersion = 3;

const urns = z.array(z.string());

export const resourceSchema = z.looseObject({
  urn: z.string(),
  custom: z.boolean(),
  delete: z.boolean().optional(),
  id: z.string().optional(),
  type: z.string(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  parent: z.string().optional(),
  protect: z.boolean().optional(),
  taint: z.boolean().optional(),
  external: z.boolean().optional(),
  dependencies: urns.nullish(),
  initErrors: z.array(z.string()).nullish(),
  provider: z.string().optional(),
  propertyDependencies: z.record(z.string(), urns.nullable()).nullish(),
  pendingReplacement: z.boolean().optional(),
  additionalSecretOutputs: z.array(z.string()).nullish(),
  aliases: urns.nullish(),
  customTimeouts: z
    .object({
      create: z.number().optional(),
      update: z.number().optional(),
      delete: z.number().optional(),
      read: z.number().optional(),
    })
    .nullish(),
  importID: z.string().optional(),
  retainOnDelete: z.boolean().optional(),
  deletedWith: z.string().optional(),
  replaceWith: urns.nullish(),
  created: z.string().optional(),
  modified: z.string().optional(),
  sourcePosition: z.string().optional(),
  stackTrace: z.array(z.object({ sourcePosition: z.string().optional() })).nullish(),
  ignoreChanges: z.array(z.string()).nullish(),
  replaceOnChanges: z.array(z.string()).nullish(),
  replacementTrigger: z.unknown().optional(),
  refreshBeforeUpdate: z.boolean().optional(),
});

export const operationSchema = z.object({
  resource: resourceSchema,
  type: z.enum(["creating", "updating", "deleting", "reading", "importing"]),
});

export const deploymentSchema = z.looseObject({
  manifest: z.looseObject({ time: z.string(), magic: z.string(), version: z.string() }),
  secrets_providers: z
    .object({ type: z.string(), state: z.looseObject({ salt: z.string().optional() }).optional() })
    .optional(),
  resources: z.array(resourceSchema).nullish(),
  pending_operations: z.array(operationSchema).nullish(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** A state file: what `pulumi stack export` writes, or the checkpoint of Pulumi's own file backend. */
export const stateFileSchema = z.union([
  z.object({ version: z.literal(formatVersion), deployment: deploymentSchema }),
  z.object({
    version: z.literal(formatVersion),
    checkpoint: z.looseObject({ latest: deploymentSchema.optional() }),
  }),
]);

export type ResourceJson = z.infer<typeof resourceSchema>;
export type OperationJson = z.infer<typeof operationSchema>;
export type DeploymentJson = z.infer<typeof deploymentSchema>;
