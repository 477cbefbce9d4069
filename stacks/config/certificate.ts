import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { howToSet } from "./how-to-set.js";
import type { StackConfig } from "./index.js";

/** What is to be said of the certificate that a stack gives its gateway. */
export interface CertificateFindings {
  /** With these no client would connect, or the gateway would not start. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const dayMs = 24 * 3600 * 1000;

/** Days before a certificate's end from which on a deploy speaks of it. */
const warningDays = 30;

const parsed = <Value>(parse: () => Value): Value | undefined => {
  try {
    return parse();
  } catch {
    // What the parser says of it quotes neither file nor place; the finding says what to do.
    return undefined;
  }
};

/** Looks at the given certificate and its key as a client and the gateway would at that time. */
export function certificateFindings(config: StackConfig, now: Date): CertificateFindings {
  const { tlsCertificate, tlsKey, target } = config;
  const deploysGateway = target === "docker" || target === "kubernetes";
  if (!deploysGateway || tlsCertificate === undefined || tlsKey === undefined)
    return { problems: [], warnings: [] };

  const certificate = parsed(() => new X509Certificate(tlsCertificate));
  const key = parsed(() => createPrivateKey(tlsKey));
  const problems = [
    ...(certificate === undefined ? [unreadableCertificate(config)] : outOfTime(certificate, config, now)),
    ...(key === undefined ? [unreadableKey(config)] : []),
    ...(certificate && key && !certificate.checkPrivateKey(key) ? [mismatch(config)] : []),
  ];
  const warnings =
    certificate === undefined || problems.length > 0
      ? []
      : [...endingSoon(certificate, config, now), ...anotherHost(certificate, config)];
  return { problems, warnings };
}

const day = (date: Date) => date.toISOString().slice(0, 10);
const first = ({ validFrom }: X509Certificate) => new Date(validFrom);
const last = ({ validTo }: X509Certificate) => new Date(validTo);

const renewal = ({ stack }: StackConfig) =>
  `Renew it, such as by npx o2cqrs certificate -s ${stack}, and set it and its key: ` +
  `${howToSet("tlsCertificate", stack)} && ${howToSet("tlsKey", stack)}`;

const unreadableCertificate = ({ stack }: StackConfig) =>
  `o2cqrs:tlsCertificate cannot be read as a certificate. Set it: ${howToSet("tlsCertificate", stack)}`;

const unreadableKey = ({ stack }: StackConfig) =>
  "o2cqrs:tlsKey cannot be read as a key; it must be whole, and without a passphrase. " +
  `Set it: ${howToSet("tlsKey", stack)}`;

const mismatch = ({ stack }: StackConfig) =>
  "o2cqrs:tlsKey is not the key to o2cqrs:tlsCertificate, in which the server's own certificate comes first and those " +
  `that signed it after. Set both: ${howToSet("tlsCertificate", stack)} && ${howToSet("tlsKey", stack)}`;

function outOfTime(certificate: X509Certificate, config: StackConfig, now: Date): string[] {
  if (last(certificate) < now)
    return [`o2cqrs:tlsCertificate expired on ${day(last(certificate))}. ${renewal(config)}`];
  if (first(certificate) > now)
    return [
      `o2cqrs:tlsCertificate is valid only from ${day(first(certificate))} on: wait until then, or set another: ` +
        howToSet("tlsCertificate", config.stack),
    ];
  return [];
}

function endingSoon(certificate: X509Certificate, config: StackConfig, now: Date): string[] {
  const days = Math.floor((last(certificate).getTime() - now.getTime()) / dayMs);
  if (days >= warningDays) return [];
  return [`o2cqrs:tlsCertificate expires in ${days} days, on ${day(last(certificate))}. ${renewal(config)}`];
}

/** No mistake where something else answers at that address, with a certificate of its own. */
function anotherHost(certificate: X509Certificate, { url, stack }: StackConfig): string[] {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const covered = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  if (covered !== undefined) return [];
  return [
    `o2cqrs:tlsCertificate is not for ${host}, the host of o2cqrs:url: clients that reach the gateway itself will ` +
      `refuse it. npx o2cqrs certificate -s ${stack} makes one that is.`,
  ];
}
