import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { EngineError, UnsupportedError } from "../errors.js";
import { type Deployment } from "../plan/deployment.js";
import { type Run } from "../plan/run.js";
import { requireDynamic } from "../provider/registry.js";
import { isProviderType, packageOf, stackReferenceType } from "../urn.js";
import { type PropertyMap } from "../values/property.js";
import { fromStruct, toStruct } from "../values/wire.js";
import { type ProjectPaths, readGoal, readReadGoal } from "./goal-request.js";
import { refuse, type RunningServer, serve, unary } from "./server.js";

/** What this engine can do, by the names the SDK asks with. */
const features = new Set([
  "secrets",
  "resourceReferences",
  "outputValues",
  "deletedWith",
  "replaceWith",
  "aliasSpecs",
]);

export interface MonitorOptions {
  readonly run: Run;
  readonly deployment: Deployment;
  readonly paths: ProjectPaths;
  /** Called when the program has registered everything; the program waits for it. */
  readonly onRegistered: () => Promise<void>;
}

/** Serves Pulumi's ResourceMonitor interface: where the program registers its resources. */
export async function serveMonitor({
  run,
  deployment,
  paths,
  onRegistered,
}: MonitorOptions): Promise<RunningServer> {
  /** Ends the run for something the program may not ask for; an answer would only make it tell the same again. */
  const failing = async <Result>(work: () => Promise<Result> | Result): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      run.fail("", error.message);
      return neverAnswered();
    }
  };
  return serve(ResourceMonitorService, {
    supportsFeature: unary((request: proto.SupportsFeatureRequest) => {
      const response = new proto.SupportsFeatureResponse();
      response.setHassupport(features.has(request.getId()));
      return response;
    }),
    registerResource: unary(async (request: proto.RegisterResourceRequest) =>
      failing(async () => {
        refuseForeign(request);
        const state = await deployment.register(readGoal(request, paths));
        if (!state) return neverAnswered();
        const response = new proto.RegisterResourceResponse();
        response.setUrn(state.urn);
        response.setId(state.id);
        response.setObject(
          toStruct(state.outputs, {
            secrets: request.getAcceptsecrets(),
            resources: request.getAcceptresources(),
          }),
        );
        return response;
      }),
    ),
    registerResourceOutputs: unary(async (request: proto.RegisterResourceOutputsRequest) =>
      failing(async () => {
        await deployment.setOutputs(request.getUrn(), fromStruct(request.getOutputs()));
        return new Empty();
      }),
    ),
    readResource: unary(async (request: proto.ReadResourceRequest) =>
      failing(async () => {
        if (request.getType() === stackReferenceType)
          throw new UnsupportedError(
            `the stack reference '${request.getName()}' cannot be read: the embedded engine knows one stack at a ` +
              "time. Pass the values by configuration, or use the real Pulumi CLI",
          );
        requireDynamic(packageOf(request.getType()));
        const state = await deployment.read(readReadGoal(request, paths), request.getId());
        if (!state) return neverAnswered();
        const response = new proto.ReadResourceResponse();
        response.setUrn(state.urn);
        response.setProperties(
          toStruct(state.outputs, {
            secrets: request.getAcceptsecrets(),
            resources: request.getAcceptresources(),
          }),
        );
        return response;
      }),
    ),
    invoke: unary(async (request: proto.ResourceInvokeRequest) =>
      failing(() => {
        const response = new InvokeResponse();
        response.setReturn(
          toStruct(invoke(deployment, request.getTok(), fromStruct(request.getArgs())), {
            secrets: true,
            resources: request.getAcceptresources(),
          }),
        );
        return response;
      }),
    ),
    signalAndWaitForShutdown: unary(async () => {
      await onRegistered();
      return new Empty();
    }),
    call: refuse("the embedded engine runs no component providers"),
    registerPackage: unary(async (request: proto.RegisterPackageRequest) =>
      failing((): proto.RegisterPackageResponse => {
        requireDynamic(request.getName());
        throw new UnsupportedError("packages of dynamic providers cannot be parameterised");
      }),
    ),
    registerStackTransform: refuse("the embedded engine runs no transforms"),
    registerStackInvokeTransform: refuse("the embedded engine runs no transforms"),
    registerResourceHook: refuse("the embedded engine runs no resource hooks"),
    registerErrorHook: refuse("the embedded engine runs no error hooks"),
    getDeploymentInfo: refuse("the program asks for each feature by name"),
  });
}

/** After a failure the program must neither go on nor report a failure of its own: it is ended while it waits. */
async function neverAnswered(): Promise<never> {
  return new Promise(() => undefined);
}

function refuseForeign(request: proto.RegisterResourceRequest): void {
  const type = request.getType();
  if (isProviderType(type)) requireDynamic(type.split(":").at(-1) ?? "");
  if (request.getRemote() || request.getCustom())
    requireDynamic(packageOf(isProviderType(type) ? "pulumi-nodejs" : type));
}

/** The one function that needs no provider: SDKs turn references into resources with it. */
function invoke(deployment: Deployment, token: string, args: PropertyMap): PropertyMap {
  if (token !== "pulumi:pulumi:getResource") {
    requireDynamic(packageOf(token));
    throw new UnsupportedError(`the function ${token} does not exist`);
  }
  const urn = typeof args.urn === "string" ? args.urn : "";
  const state = deployment.lookup(urn);
  if (!state) throw new UnsupportedError(`the resource ${urn} is not part of this run`);
  return { urn, id: state.id, state: state.outputs };
}
