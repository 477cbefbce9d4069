/** Address that clients of a gateway use; the port is left out where it is that of https. */
export const publicUrl = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  new URL(`https://${host}:${port}`).origin;
