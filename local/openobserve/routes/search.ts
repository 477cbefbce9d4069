import type { Area } from "../server/route.js";

export const searchRoutes: Area = () => [];
