import type { Input, Output, Resource } from "@pulumi/pulumi";

/** What runs OpenObserve, as far as the configuration needs to know. */
export interface Platform {
  /** Address of the server or its gateway, without a trailing slash. */
  readonly url: Output<string>;
  /** Resources that must be there before the server is spoken to; none when it runs already. */
  readonly ready: readonly Resource[];
  /**
   * Has the gateway send as an account what comes with its bearer tokens. The account is made on the server, and so
   * after the gateway; until then it asks whoever sends with a token to try again.
   */
  sendAs?(account: SendingAccount): void;
}

/** Where to look when a server that has been deployed does not answer: a sentence for each way not to. */
export interface WhereToLook {
  /** Nobody answers at the address. */
  readonly unreachable: string;
  /** Whoever answers there knows no way to the gateway (404). */
  readonly unrouted: string;
  /** The way ends before the server (502, 503, 504). */
  readonly unserved: string;
}

/** A platform that a stack makes, rather than finds. */
export interface DeployedPlatform extends Platform {
  readonly whereToLook: WhereToLook;
}

/** A service account of the server. */
export interface SendingAccount {
  readonly email: string;
  readonly token: Output<string>;
}

/** Credentials that a platform is deployed with; whoever gives them marks them secret. */
export interface PlatformSecrets {
  readonly rootPassword: Input<string>;
  /** Token of the gateway's bearer authentication. */
  readonly ingestToken: Input<string>;
  /** PEM. */
  readonly tlsCertificate?: Input<string>;
  /** PEM. */
  readonly tlsKey?: Input<string>;
  readonly s3AccessKey?: Input<string>;
  readonly s3SecretKey?: Input<string>;
  /** Connection string of the PostgreSQL server that holds the metadata. */
  readonly postgresUrl?: Input<string>;
}
