/** What proves to the server who writes. */
export interface Credentials {
  /** E-mail of the service account; absent where a gateway or a hosted edition takes the token alone. */
  readonly user?: string | undefined;
  readonly token: string;
}

/** Read again whenever the server refuses the last answer, so a rotated token needs no restart. */
export type CredentialsSource = () => Credentials | Promise<Credentials>;

/** `Basic` with a user, which the open-source server wants, else `Bearer`. */
export function authorization({ user, token }: Credentials): string {
  return user === undefined
    ? `Bearer ${token}`
    : `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
}
