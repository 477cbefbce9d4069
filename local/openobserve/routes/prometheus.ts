import type { Area } from "../server/route.js";

export const prometheusRoutes: Area = () => [];
