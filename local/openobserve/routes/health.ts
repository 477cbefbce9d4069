import { json, type Reply } from "../server/reply.js";
import { type Area, get } from "../server/route.js";

/** What load balancers ask. No credentials needed. */
export const healthRoutes: Area = () => [get("/healthz", healthy), get("/schedulez", healthy)];

const healthy = (): Reply => json(200, { status: "ok" });
