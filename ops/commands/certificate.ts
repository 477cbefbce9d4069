import { isIP } from "node:net";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { usageError } from "../cli/errors.js";
import { jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { shellWord } from "../cli/shell-word.js";
import { certificateFiles, type WrittenCertificate } from "../certificate/certificate-folder.js";
import { findDeployer } from "../deployment/find-deployer.js";

interface CertificateOptions {
  readonly stack: string;
  readonly host: readonly string[];
  readonly output?: string;
  readonly json: boolean;
}

/** By these a gateway on this machine is always reached. */
const loopbackNames = ["localhost", "127.0.0.1", "::1"] as const;

const help = `
The certificate is for the host of the stack's o2cqrs:url, for localhost, and for each --host. Its authority is made at
the first call and kept: call again to renew the certificate, and no client has anything to change. Neither is sent
anywhere; the keys are files that only their owner can read. ca.key can sign for any name: keep it as a secret.

Example: o2cqrs certificate -s dev`;

export const certificate: Verb = (session) =>
  new Command("certificate")
    .description("make the certificate of a stack's gateway, and an authority of its own that signs it")
    .addOption(stackOption())
    .option("--host <name...>", "further host names and addresses that clients use", [])
    .option("-o, --output <folder>", "folder to write (default: .o2cqrs/tls/STACK)")
    .addOption(jsonOption())
    .addHelpText("after", help)
    .action((options: CertificateOptions) => makeCertificate(options, session));

async function makeCertificate(options: CertificateOptions, session: Session): Promise<void> {
  const { stack } = options;
  const { projectRoot, terminal } = session;
  // Loaded here: it takes longer than all else that the command's help needs.
  const { writeCertificate } = await import("../certificate/certificate-folder.js");
  const names = await namesOf(options, session);
  const folder = resolve(options.output ?? join(projectRoot, ".o2cqrs", "tls", stack));
  const written = await writeCertificate(folder, names, new Date());
  const shown = relative(process.cwd(), folder);
  const place = shown.startsWith("..") ? folder : shown;
  const commands = settingCommands(place, stack);
  if (options.json) terminal.print(JSON.stringify({ folder, ...written, commands }, null, 2));
  else terminal.print(reportOf(place, stack, written, commands));
}

/** @throws OperatorError when a name is none that a certificate can be for */
async function namesOf({ stack, host }: CertificateOptions, session: Session) {
  const deployer = await findDeployer(session, stack);
  const { "o2cqrs:url": url = "" } = await deployer.config(stack);
  const ofStack = URL.canParse(url) ? [new URL(url).hostname.replace(/^\[|\]$/g, "")] : [];
  for (const name of host)
    if (isIP(name) === 0 && !/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(name))
      throw usageError(`${name} is neither a host name nor an address`);
  const [first = loopbackNames[0], ...rest] = new Set([...ofStack, ...host, ...loopbackNames]);
  return [first, ...rest] as const;
}

/** What gives the certificate to the stack. */
function settingCommands(folder: string, stack: string): string[] {
  const from = (file: keyof typeof certificateFiles) => shellWord(join(folder, certificateFiles[file]));
  return [
    `pulumi config set --secret o2cqrs:tlsCertificate -s ${stack} < ${from("certificate")}`,
    `pulumi config set --secret o2cqrs:tlsKey -s ${stack} < ${from("key")}`,
    `pulumi config set o2cqrs:caCertificate -s ${stack} < ${from("authority")}`,
  ];
}

const day = (date: Date) => date.toISOString().slice(0, 10);

function reportOf(folder: string, stack: string, written: WrittenCertificate, commands: readonly string[]) {
  const { names, validUntil, authority } = written;
  const { certificate: own, authority: signer } = certificateFiles;
  return [
    `${join(folder, own)}: for ${names.join(", ")}; valid until ${day(validUntil)}`,
    `${join(folder, signer)}: its authority, ${authority.made ? "new" : "kept"}; valid until ${day(authority.validUntil)}`,
    "",
    "Give it to the stack:",
    ...commands.map((command) => `  ${command}`),
    `  pulumi up -s ${stack}`,
    `An application on Node trusts it by NODE_EXTRA_CA_CERTS=${join(folder, signer)}`,
    `Renew it before ${day(validUntil)}: o2cqrs certificate -s ${stack}`,
  ].join("\n");
}
