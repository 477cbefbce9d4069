import { EventEmitter } from "node:events";

import type { EventBus } from "./context.js";

/** Listeners run at once, in the order in which they came. */
export function newEventBus(): EventBus {
  const emitter = new EventEmitter();
  return {
    on: (name, listener) => void emitter.on(name, listener),
    emit: (name, event) => void emitter.emit(name, event),
  };
}
