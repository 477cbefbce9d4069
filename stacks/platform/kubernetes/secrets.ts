import type { Manifest } from "./manifest.js";
import { platformLabels } from "./names.js";
import type { Options } from "./options.js";

/** Values that no manifest holds: whoever registers the secrets puts them in. */
export const secretValueNames = [
  "rootPassword",
  "internalToken",
  "authenticationSalt",
  "natsPassword",
  "gatewayTokens",
  "postgresUri",
  "postgresHost",
  "postgresPort",
  "postgresUser",
  "postgresPassword",
  "postgresDatabase",
  "postgresSslMode",
  "postgresSslRootCert",
  "postgresChannelBinding",
  "postgresOptions",
  "s3AccessKey",
  "s3SecretKey",
  "tlsCertificate",
  "tlsKey",
] as const;
export type SecretValueName = (typeof secretValueNames)[number];

export interface SecretDefinition {
  readonly name: string;
  readonly type: "Opaque" | "kubernetes.io/tls";
  /** What stands under each key. */
  readonly keys: Readonly<Record<string, SecretValueName>>;
  /** More of them, which who fills a store may leave out. */
  readonly optionalKeys?: Readonly<Record<string, SecretValueName>>;
}

export const serverSecret = "openobserve-server";
export const natsSecret = "openobserve-nats";
export const storageSecret = "openobserve-storage";
export const gatewaySecret = "openobserve-gateway-tokens";
/** Made by the deployment whatever the others come from, and by no entry of a store. */
export const accountSecret = "openobserve-gateway-account";
export const tlsSecret = "openobserve-tls";

/** The operator names the secret of a database's owner after its cluster; ours has the same keys. */
export const postgresSecret = (options: Options): string =>
  options.postgres.mode === "operator" ? "openobserve-postgres-app" : "openobserve-postgres";

/** Every secret that the deployment refers to and nothing else makes. */
export function secretDefinitions(options: Options): SecretDefinition[] {
  const opaque = (name: string, keys: Record<string, SecretValueName>): SecretDefinition => ({
    name,
    type: "Opaque",
    keys,
  });
  return [
    opaque(serverSecret, {
      "root-password": "rootPassword",
      "internal-token": "internalToken",
      "authentication-salt": "authenticationSalt",
    }),
    opaque(natsSecret, { password: "natsPassword" }),
    opaque(gatewaySecret, { "tokens.json": "gatewayTokens" }),
    ...(options.postgres.mode === "external"
      ? [
          {
            ...opaque(postgresSecret(options), {
              uri: "postgresUri",
              host: "postgresHost",
              port: "postgresPort",
              username: "postgresUser",
              password: "postgresPassword",
              dbname: "postgresDatabase",
            }),
            optionalKeys: {
              sslmode: "postgresSslMode",
              sslrootcert: "postgresSslRootCert",
              channel_binding: "postgresChannelBinding",
              options: "postgresOptions",
            },
          } as const,
        ]
      : []),
    ...(options.storage.access === "keys"
      ? [opaque(storageSecret, { "access-key": "s3AccessKey", "secret-key": "s3SecretKey" })]
      : []),
    ...(options.ingress.clusterIssuer === undefined
      ? [
          {
            name: tlsSecret,
            type: "kubernetes.io/tls",
            keys: { "tls.crt": "tlsCertificate", "tls.key": "tlsKey" },
          } as const,
        ]
      : []),
  ];
}

/** What the operator would fill in. */
const templateDefaults = { engineVersion: "v2", mergePolicy: "Replace" };
const referenceDefaults = { conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" };

/**
 * The same secrets, fetched by the External Secrets operator: an entry of the store for each, a property for each key.
 * A property that is asked for by name must be there, so an entry of which some may be missing is taken as a whole too.
 */
export function externalSecretManifests(options: Options): Manifest[] {
  const { externalSecrets } = options;
  if (externalSecrets === undefined) return [];
  const { prefix } = externalSecrets;
  return secretDefinitions(options).map(({ name, type, keys, optionalKeys }) => ({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace: options.namespace, labels: platformLabels },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { name: externalSecrets.store, kind: externalSecrets.kind },
      target: {
        name,
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: { ...templateDefaults, type },
      },
      data: Object.keys(keys).map((key) => ({
        secretKey: key,
        remoteRef: { ...referenceDefaults, key: `${prefix}${name}`, property: key },
      })),
      ...(optionalKeys !== undefined && {
        dataFrom: [{ extract: { ...referenceDefaults, key: `${prefix}${name}` } }],
      }),
    },
  }));
}
