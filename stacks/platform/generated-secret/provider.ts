import { randomBytes } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";

/** Bytes of chance: as many as a key of AES-256 has. */
const size = 32;

interface State {
  readonly value: string;
}

/**
 * Makes a secret once, and keeps it. It begins with a letter, as NATS reads a variable that begins with a
 * digit as a number.
 */
class GeneratedSecretProvider implements dynamic.ResourceProvider<object, State> {
  check(_olds: unknown, inputs: object): Promise<dynamic.CheckResult<object>> {
    return Promise.resolve({ inputs, failures: [] });
  }

  diff(): Promise<dynamic.DiffResult> {
    return Promise.resolve({ changes: false });
  }

  create(): Promise<dynamic.CreateResult<State>> {
    const value = `s${randomBytes(size).toString("hex")}`;
    return Promise.resolve({ id: "generated", outs: { value } });
  }

  /** Nothing outside the state knows it. */
  read(id: string, state?: State): Promise<dynamic.ReadResult<State>> {
    return Promise.resolve(state === undefined ? {} : { id, props: state });
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }
}

export const provider = new GeneratedSecretProvider();
