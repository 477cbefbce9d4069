import { Deployment } from "./deployment.js";
import { composeChecks } from "./checks/compose.js";
import { definitionChecks } from "./checks/definition.js";
import { gatewayChecks } from "./checks/gateway.js";
import { limitChecks } from "./checks/limits.js";
import { lossChecks } from "./checks/loss.js";
import { objectStoreChecks } from "./checks/object-store.js";
import { upgradeChecks } from "./checks/upgrade.js";

/** What target `docker` describes, run by a real daemon. The parts are one story, in order. */
// Each wait ends at its event; only a machine that does much besides comes near this.
jest.setTimeout(600_000);

const describeWithDaemon = process.env.O2CQRS_NO_DOCKER === undefined ? describe : describe.skip;

describeWithDaemon("the platform on a Docker daemon", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start("0.60");
  });

  afterAll(async () => {
    await deployment.close();
  });

  const get = () => deployment;
  definitionChecks(get);
  upgradeChecks(get);
  gatewayChecks(get);
  limitChecks(get);
  objectStoreChecks(get);
  lossChecks(get);
  composeChecks(get);
});
