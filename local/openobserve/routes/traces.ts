import type { Area } from "../server/route.js";

export const tracesRoutes: Area = () => [];
