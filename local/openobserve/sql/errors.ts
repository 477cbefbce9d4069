/** Codes of the search, which the API answers under status 400. */
export const searchCodes = {
  sqlNotValid: 20001,
  streamNotFound: 20002,
  fullTextFieldNotFound: 20003,
  fieldNotFound: 20004,
  functionNotDefined: 20005,
  executeError: 20008,
} as const;

/** A search that the server refuses, with its code and texts. */
export class SearchError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly detail = "",
  ) {
    super(message);
    this.name = "SearchError";
  }
}

/** Mistakes that the server answers with status 500: SQL that does not parse, a time range that is none. */
export class InternalSearchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InternalSearchError";
  }
}

/** SQL of the real server that the stand-in cannot run: answered with 501. */
export class UnsupportedSql extends Error {
  constructor(readonly feature: string) {
    super(`The embedded OpenObserve does not support ${feature}`);
    this.name = "UnsupportedSql";
  }
}

export const streamNotFound = (name: string): SearchError =>
  new SearchError(searchCodes.streamNotFound, `Search stream not found: ${name}`);
