import { envNames } from "@o2cqrs/contract";
import { type Deployer } from "../../../ops/deployment/deployer.js";

/** Nobody listens there. */
export const nowhere = "http://127.0.0.1:9";
export const user = "root@example.com";
export const password = "Complexpass#123";

/** Outputs of a stack whose server is at an address. */
export const outputsOf = (url: string) => ({
  env: {
    [envNames.url]: url,
    [envNames.organization]: "default",
    [envNames.user]: user,
    [envNames.token]: password,
  },
});

/** The deployer of a stack that was deployed before, and is only asked for what it has. */
export const deployedBefore = (url: string, config: Readonly<Record<string, string>> = {}): Deployer => ({
  title: "a stack that was deployed before",
  run: () => Promise.reject(new Error("not in these tests")),
  plan: () => Promise.reject(new Error("not in these tests")),
  outputs: () => Promise.resolve(outputsOf(url)),
  config: () =>
    Promise.resolve({
      "o2cqrs:url": url,
      "o2cqrs:user": user,
      "o2cqrs:password": password,
      ...config,
    }),
});
