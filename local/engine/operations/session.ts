import { join, resolve } from "node:path";

import { type EngineEvent } from "../events.js";
import { hasSecureValues, readStackFile, resolveConfig, type StackConfig } from "../project/config.js";
import { type Project, readProject } from "../project/project.js";
import { locateInSdk } from "../program/locate.js";
import { ProviderRegistry } from "../provider/registry.js";
import { Keyring } from "../secrets/keyring.js";
import { type Crypter } from "../secrets/passphrase.js";
import { findPassphrase, missingPassphrase } from "../secrets/source.js";
import { StateFile } from "../state/file.js";
import { type DeploymentJson } from "../state/format.js";
import { verifyIntegrity } from "../state/integrity.js";
import { deserializeSnapshot, emptySnapshot, type Snapshot } from "../state/serialize.js";
import { dynamicPackage } from "../urn.js";
import { type EngineOptions } from "./options.js";

/** Everything a run needs, read and opened. */
export interface Session {
  readonly project: Project;
  readonly config: StackConfig;
  readonly file: StateFile;
  readonly snapshot: Snapshot;
  /** Absent when no passphrase was given, which is fine while there are no secrets. */
  readonly crypter: Crypter | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the state of a stack is kept. */
export function stateFileOf(options: EngineOptions, project: Project): StateFile {
  const stateDir = options.stateDir ?? join(project.rootDirectory, ".o2cqrs", "state");
  return new StateFile(resolve(stateDir), project.name, options.stack);
}

/**
 * Reads project, configuration and state.
 * @throws ProjectError, PassphraseError, StateError, UnsupportedError
 */
export async function openSession(options: EngineOptions): Promise<Session> {
  const project = await readProject(options.projectDir);
  const stackFile = await readStackFile(project, options.stack);
  const file = stateFileOf(options, project);
  const stored = await file.read();
  const env = { ...process.env, ...options.env };
  const passphrase = await findPassphrase(options.passphrase, env);
  const keys = new Keyring(passphrase);
  if (passphrase === undefined && hasSecureValues(stackFile))
    throw missingPassphrase(`${stackFile.path} holds secure values`);
  const stackSalt = stackFile.encryptionSalt;
  const stateSalt = stored?.secrets_providers?.state?.salt;
  const snapshot = stored ? deserializeSnapshot(stored, await keys.open(stateSalt)) : emptySnapshot();
  verifyIntegrity(snapshot.resources);
  const crypter = await keys.open(stackSalt ?? stateSalt, { create: true });
  return {
    project,
    config: resolveConfig(project, options.stack, stackFile, await keys.open(stackSalt), options.config),
    file,
    snapshot,
    crypter,
    env,
  };
}

/** The provider of a run, not started yet. */
export function newRegistry(
  session: Session,
  options: EngineOptions,
  engineAddress: () => string,
  emit: (event: EngineEvent) => void,
): ProviderRegistry {
  const { project, env } = session;
  return new ProviderRegistry({
    engineAddress,
    onCall: options.onProviderCall,
    process: {
      get script() {
        return locateInSdk(project.programDirectory, "cmd/dynamic-provider/index.js");
      },
      cwd: project.programDirectory,
      env: {
        ...env,
        PULUMI_NODEJS_PROJECT: project.name,
        PULUMI_NODEJS_STACK: options.stack,
        PULUMI_NODEJS_ORGANIZATION: options.organization ?? "organization",
        PULUMI_NODEJS_ROOT_DIRECTORY: project.rootDirectory,
      },
      onOutput: (line) =>
        emit({
          kind: "diagnostic",
          severity: "info",
          message: `${dynamicPackage}: ${line}`,
          urn: "",
          output: true,
          ephemeral: false,
        }),
    },
  });
}

/** The state as JSON, for readers that need no secrets. */
export type StoredState = DeploymentJson;
