import { nameOf, ports } from "./names.js";

/** Where components find each other inside the cluster. */
export const routerAddress = `${nameOf("router")}:${ports.http}`;
export const natsAddress = `${nameOf("nats")}:${ports.nats}`;
export const objectStoreAddress = `http://${nameOf("object-store")}:${ports.objectStore}`;
