/** The server's time; injectable so that tests decide what time it is. */
export interface Clock {
  /** Microseconds since 1970, never the same twice and never backwards. */
  micros(): number;
}

export function systemClock(): Clock {
  let last = 0;
  return {
    micros() {
      const now = Math.floor((performance.timeOrigin + performance.now()) * 1000);
      last = now > last ? now : last + 1;
      return last;
    },
  };
}
