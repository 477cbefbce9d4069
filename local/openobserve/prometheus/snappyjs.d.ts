declare module "snappyjs" {
  export function compress(data: Uint8Array): Uint8Array;
  /** @throws Error when the data is not snappy's, or longer than `maxLength` when unpacked */
  export function uncompress(data: Uint8Array, maxLength?: number): Uint8Array;
}
