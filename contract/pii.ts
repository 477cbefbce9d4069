/** The column that says whether the masking function ran to its end; only the pipeline sets it. */
export const piiMarker = "pii_masked";

/**
 * How personal data is masked. The shapes are for people to read; the VRL program and the runtime's masker
 * are both built from the patterns.
 *
 * Patterns are in the syntax that Rust's regex crate and JavaScript share (no look-around, no back-reference).
 */
export const piiRules = {
  email: {
    shape: "a***@example.com",
    // The at sign may be percent-encoded, as in a logged URL.
    pattern: String.raw`([A-Za-z0-9\p{L}])[A-Za-z0-9\p{L}._%+'-]*(@|%40)([A-Za-z0-9\p{L}.-]+\.[A-Za-z\p{L}]{2,})`,
    replacement: "$1***$2$3",
  },
  phone: {
    shape: "+49*****89",
    // A country code, then digits in groups; 7 to 15 digits in all by ITU-T E.164.
    pattern: String.raw`(\+|%2[Bb]|\b00)([1-9][0-9]{0,2})[ ().-]*(?:[0-9][ ()./-]*){4,11}([0-9][ ()./-]*[0-9])`,
    replacement: "+$2*****$3",
  },
} as const;
