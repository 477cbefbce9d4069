/**
 * Values as the provider reads them back from the daemon. Written in any other way, the same value shows as a
 * change in every preview, and the change is a replacement.
 */

/** As Go prints a duration of whole seconds: `5s`, `1m0s`, `1h0m0s`. */
export function durationAsRead(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${seconds % 60}s`;
}

/** With one decimal, which is why shares of a processor are given in tenths. */
export const cpusAsRead = (cpus: number): string => cpus.toFixed(1);
