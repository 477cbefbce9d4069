export { observedBy } from "./observe.js";
export { type CachedQuery, type CacheStats, QueryCache, type QueryCacheOptions } from "./query-cache.js";
