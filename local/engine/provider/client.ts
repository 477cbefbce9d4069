import { randomBytes, randomUUID } from "node:crypto";

import { credentials, type ServiceError, status } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { EngineError } from "../errors.js";
import { channelOptions } from "../monitor/channel.js";
import { nameOf, typeOf } from "../urn.js";
import { type PropertyMap } from "../values/property.js";
import { inheritSecrets } from "../values/secrecy.js";
import { fromStruct, toStruct } from "../values/wire.js";
import {
  type Checked,
  type Created,
  type ProviderCall,
  type ProviderDiff,
  type ReadResult,
  type Subject,
} from "./calls.js";
import { answered, type Message, partialFailure, plain, ProviderError, readDiff } from "./messages.js";

/** Dynamic providers take neither tagged secrets nor resource references. */
const bare = { secrets: false, resources: false } as const;
const tagged = { secrets: true, resources: true } as const;

interface Addressed {
  setUrn(urn: string): unknown;
  setName(name: string): unknown;
  setType(type: string): unknown;
}

/** Says which resource a request is about. */
function address(request: Addressed, urn: string): void {
  request.setUrn(urn);
  request.setName(nameOf(urn));
  request.setType(typeOf(urn));
}

type Callback<Response> = (error: ServiceError | null, response: Response) => void;

/** Speaks Pulumi's ResourceProvider protocol with the process that runs dynamic providers. */
export class ProviderClient {
  readonly #client: ResourceProviderClient;

  constructor(
    address: string,
    private readonly onCall: ((call: ProviderCall) => void) | undefined,
  ) {
    this.#client = new ResourceProviderClient(address, credentials.createInsecure(), channelOptions);
  }

  close(): void {
    this.#client.close();
  }

  /** Introduces the engine. A provider that does not implement it is asked for its version instead. */
  async handshake(engineAddress: string, programDirectory: string): Promise<void> {
    const request = new proto.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    request.setRootDirectory(programDirectory);
    request.setProgramDirectory(programDirectory);
    request.setConfigureWithUrn(true);
    request.setInvokeWithPreview(true);
    await this.#optional("Handshake", request, (done) => this.#client.handshake(request, done));
    await this.#call("GetPluginInfo", new Empty(), (done) => this.#client.getPluginInfo(new Empty(), done));
  }

  /** Validates the provider's own configuration; most providers leave it as it is. */
  async checkConfig(urn: string, olds: PropertyMap, news: PropertyMap): Promise<PropertyMap> {
    const request = new proto.CheckRequest();
    address(request, urn);
    request.setOlds(toStruct(olds, bare));
    request.setNews(toStruct(news, bare));
    const response = await this.#optional<proto.CheckResponse>("CheckConfig", request, (done) =>
      this.#client.checkConfig(request, done),
    );
    return response ? inheritSecrets(fromStruct(response.getInputs()), news) : news;
  }

  /** Asks whether the provider's own configuration changed; undefined when it does not say. */
  async diffConfig(urn: string, olds: PropertyMap, news: PropertyMap): Promise<ProviderDiff | undefined> {
    const request = new proto.DiffRequest();
    address(request, urn);
    request.setOlds(toStruct(olds, bare));
    request.setOldInputs(toStruct(olds, bare));
    request.setNews(toStruct(news, bare));
    const response = await this.#optional<proto.DiffResponse>("DiffConfig", request, (done) =>
      this.#client.diffConfig(request, done),
    );
    return response && readDiff(response);
  }

  async configure(urn: string, id: string, config: PropertyMap): Promise<void> {
    const request = new proto.ConfigureRequest();
    const variables = request.getVariablesMap();
    for (const [key, value] of Object.entries(toStruct(config, bare).toJavaScript()))
      variables.set(`pulumi-nodejs:config:${key}`, typeof value === "string" ? value : JSON.stringify(value));
    request.setArgs(toStruct(config, tagged));
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    request.setId(id);
    address(request, urn);
    await this.#call("Configure", request, (done) => this.#client.configure(request, done));
  }

  async check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked> {
    const request = new proto.CheckRequest();
    address(request, urn);
    request.setOlds(toStruct(olds, bare));
    request.setNews(toStruct(news, bare));
    request.setRandomseed(randomBytes(32));
    const response = await this.#call<proto.CheckResponse>("Check", request, (done) =>
      this.#client.check(request, done),
    );
    return {
      inputs: inheritSecrets(fromStruct(response.getInputs()), news),
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  async diff(
    { urn, id }: Subject,
    oldInputs: PropertyMap,
    oldOutputs: PropertyMap,
    news: PropertyMap,
    ignoreChanges: readonly string[],
  ): Promise<ProviderDiff> {
    const request = new proto.DiffRequest();
    request.setId(id);
    address(request, urn);
    request.setOlds(toStruct(oldOutputs, bare));
    request.setOldInputs(toStruct(oldInputs, bare));
    request.setNews(toStruct(news, bare));
    request.setIgnorechangesList([...ignoreChanges]);
    return readDiff(
      await this.#call<proto.DiffResponse>("Diff", request, (done) => this.#client.diff(request, done)),
    );
  }

  /** @throws PartialFailure when the resource exists but is not healthy */
  async create(urn: string, inputs: PropertyMap, timeout: number): Promise<Created> {
    const request = new proto.CreateRequest();
    address(request, urn);
    request.setProperties(toStruct(inputs, bare));
    request.setTimeout(timeout);
    request.setResourceStatusToken(randomUUID());
    const response = await this.#mutate<proto.CreateResponse>("Create", request, inputs, (done) =>
      this.#client.create(request, done),
    );
    if (response.getId() === "") throw new EngineError("the provider did not return an id from create");
    return { id: response.getId(), outputs: answered(response.getProperties(), inputs) };
  }

  /** @throws PartialFailure when the resource was changed but is not healthy */
  async update(
    { urn, id }: Subject,
    oldInputs: PropertyMap,
    oldOutputs: PropertyMap,
    news: PropertyMap,
    ignoreChanges: readonly string[],
    timeout: number,
  ): Promise<PropertyMap> {
    const request = new proto.UpdateRequest();
    request.setId(id);
    address(request, urn);
    request.setOlds(toStruct(oldOutputs, bare));
    request.setOldInputs(toStruct(oldInputs, bare));
    request.setNews(toStruct(news, bare));
    request.setIgnorechangesList([...ignoreChanges]);
    request.setTimeout(timeout);
    request.setResourceStatusToken(randomUUID());
    const response = await this.#mutate<proto.UpdateResponse>("Update", request, news, (done) =>
      this.#client.update(request, done),
    );
    return answered(response.getProperties(), news);
  }

  async read(
    { urn, id }: Subject,
    inputs: PropertyMap,
    outputs: PropertyMap,
    timeout: number,
  ): Promise<ReadResult> {
    const request = new proto.ReadRequest();
    request.setId(id);
    address(request, urn);
    request.setProperties(toStruct(outputs, bare));
    request.setInputs(toStruct(inputs, bare));
    request.setTimeout(timeout);
    request.setResourceStatusToken(randomUUID());
    const response = await this.#call<proto.ReadResponse>("Read", request, (done) =>
      this.#client.read(request, done),
    );
    const readInputs = response.getInputs();
    return {
      id: response.getId(),
      outputs: answered(response.getProperties(), outputs),
      inputs: readInputs && inheritSecrets(fromStruct(readInputs), inputs),
    };
  }

  async delete(
    { urn, id }: Subject,
    inputs: PropertyMap,
    outputs: PropertyMap,
    timeout: number,
  ): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setId(id);
    address(request, urn);
    request.setProperties(toStruct(outputs, bare));
    request.setOldInputs(toStruct(inputs, bare));
    request.setTimeout(timeout);
    request.setResourceStatusToken(randomUUID());
    await this.#call("Delete", request, (done) => this.#client.delete(request, done));
  }

  /** Tells the provider to stop what it does, as the engine also does at the end of every run. */
  async cancel(): Promise<void> {
    await this.#call("Cancel", new Empty(), (done) => this.#client.cancel(new Empty(), done));
  }

  async #call<Response extends Message>(
    method: string,
    request: Message,
    send: (done: Callback<Response>) => unknown,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      send((error, response) => {
        this.#report(method, request, error ? undefined : response, error);
        if (error) reject(new ProviderError(error));
        else resolve(response);
      });
    });
  }

  /** A call that dynamic providers do not implement, and need not. */
  async #optional<Response extends Message>(
    method: string,
    request: Message,
    send: (done: Callback<Response>) => unknown,
  ): Promise<Response | undefined> {
    try {
      return await this.#call(method, request, send);
    } catch (error) {
      if (error instanceof ProviderError && error.code === status.UNIMPLEMENTED) return undefined;
      throw error;
    }
  }

  async #mutate<Response extends Message>(
    method: string,
    request: Message,
    inputs: PropertyMap,
    send: (done: Callback<Response>) => unknown,
  ): Promise<Response> {
    try {
      return await this.#call(method, request, send);
    } catch (error) {
      throw error instanceof ProviderError ? (partialFailure(error, inputs) ?? error) : error;
    }
  }

  #report(method: string, request: Message, response: Message | undefined, error: ServiceError | null): void {
    this.onCall?.({
      method,
      request: plain(request),
      response: response && plain(response),
      error: error?.details,
    });
  }
}
