import {
  ComponentResource,
  type Input,
  output,
  type Output,
  type Resource,
  RunError,
  secret,
} from "@pulumi/pulumi";
import { gatewayTokensFile } from "../gateway/credentials.js";
import { GeneratedSecret } from "../generated-secret/resource.js";
import type { PlatformSecrets } from "../platform.js";
import { platformLabels } from "./names.js";
import type { Options } from "./options.js";
import { postgresParts } from "./postgres-url.js";
import { register } from "./register.js";
import {
  externalSecretManifests,
  type SecretDefinition,
  secretDefinitions,
  type SecretValueName,
} from "./secrets.js";

export interface SecretStoreArgs {
  readonly options: Options;
  readonly secrets: PlatformSecrets;
  readonly after: readonly Resource[];
}

type Values = Partial<Record<SecretValueName, Input<string>>>;

/**
 * The secrets of a deployment: written from the stack's, with what nobody needs to know made up once; or, with
 * External Secrets, only named.
 */
export class SecretStore extends ComponentResource {
  readonly resources: readonly Resource[];

  constructor({ options, secrets, after }: SecretStoreArgs, { parent }: { readonly parent: Resource }) {
    super("o2cqrs:kubernetes:SecretStore", "secretstore", {}, { parent });
    const child = { parent: this, dependsOn: [...after] };
    if (options.externalSecrets !== undefined) {
      this.resources = externalSecretManifests(options).map((manifest) => register(manifest, child));
    } else {
      const values = this.valuesOf(secrets);
      this.resources = secretDefinitions(options).map((definition) =>
        register(secretManifest(options, definition, values), child),
      );
    }
    this.registerOutputs();
  }

  private valuesOf(secrets: PlatformSecrets): Values {
    const generated = (name: string) => new GeneratedSecret(name, { parent: this }).value;
    return {
      ...given(secrets),
      internalToken: generated("internal-token"),
      authenticationSalt: generated("authentication-salt"),
      natsPassword: generated("nats-password"),
      gatewayTokens: output(secrets.ingestToken).apply((token) => gatewayTokensFile([token])),
      ...(secrets.postgresUrl !== undefined && postgresValues(secrets.postgresUrl)),
    };
  }
}

/** What pods read as it was given; the gateway alone knows the token for sending, the database's secret its parts. */
const given = ({ postgresUrl: _url, ingestToken: _token, ...secrets }: PlatformSecrets): Values => secrets;

function postgresValues(url: Input<string>): Values {
  const parts = secret(output(url)).apply(postgresParts);
  const part = (name: keyof ReturnType<typeof postgresParts>): Output<string> =>
    parts.apply((found) => found[name]);
  return {
    postgresUri: part("postgresUri"),
    postgresHost: part("postgresHost"),
    postgresPort: part("postgresPort"),
    postgresUser: part("postgresUser"),
    postgresPassword: part("postgresPassword"),
    postgresDatabase: part("postgresDatabase"),
    postgresSslMode: part("postgresSslMode"),
    postgresSslRootCert: part("postgresSslRootCert"),
    postgresChannelBinding: part("postgresChannelBinding"),
    postgresOptions: part("postgresOptions"),
  };
}

function secretManifest(
  options: Options,
  { name, type, keys, optionalKeys }: SecretDefinition,
  values: Values,
) {
  const data = Object.entries({ ...keys, ...optionalKeys }).map(([key, valueName]) => {
    const value = values[valueName];
    if (value === undefined) throw new RunError(`The Kubernetes platform needs the secret ${valueName}.`);
    return [key, secret(output(value)).apply((text) => Buffer.from(text).toString("base64"))];
  });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: options.namespace, labels: platformLabels },
    type,
    data: Object.fromEntries(data) as Record<string, Output<string>>,
  };
}
