import { stripVTControlCharacters } from "node:util";

import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { type Severity } from "../events.js";
import { type Run } from "../plan/run.js";
import { refuse, type RunningServer, serve, unary } from "./server.js";

const severities: Record<number, Severity> = {
  [proto.LogSeverity.DEBUG]: "debug",
  [proto.LogSeverity.INFO]: "info",
  [proto.LogSeverity.WARNING]: "warning",
  [proto.LogSeverity.ERROR]: "error",
};

/** Serves Pulumi's Engine interface: where the program and the providers log. */
export async function serveEngine(run: Run): Promise<RunningServer> {
  let root = "";
  return serve(EngineService, {
    log: unary((request: proto.LogRequest) => {
      const severity = severities[request.getSeverity()] ?? "info";
      // Debug messages of the SDK hold whole responses, secrets in plaintext.
      if (severity === "debug") return new Empty();
      run.diagnose(severity, stripVTControlCharacters(request.getMessage()).trimEnd(), request.getUrn(), {
        ephemeral: request.getEphemeral(),
      });
      return new Empty();
    }),
    getRootResource: unary(() => {
      const response = new proto.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary((request: proto.SetRootResourceRequest) => {
      root = request.getUrn();
      return new proto.SetRootResourceResponse();
    }),
    startDebugging: unary(() => new Empty()),
    requirePulumiVersion: refuse("the embedded engine has no Pulumi version to compare with"),
  });
}
