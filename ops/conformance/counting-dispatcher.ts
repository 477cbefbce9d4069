import { Agent, type Dispatcher } from "undici";

/** Requests that read, though their method says otherwise. */
const readingPost = /\/(?:_search|auth\/login|functions\/test)(?:\?|$)/;

/** A connection that counts the requests that may change something. */
export class CountingDispatcher {
  readonly dispatcher: Dispatcher;
  #writes = 0;

  constructor() {
    this.dispatcher = new Agent().compose((dispatch) => (options, handler) => {
      if (options.method !== "GET" && !readingPost.test(options.path)) this.#writes += 1;
      return dispatch(options, handler);
    });
  }

  get writes(): number {
    return this.#writes;
  }
}
