/** A word for a POSIX shell, quoted where it must be: for commands that operators copy. */
export const shellWord = (text: string): string =>
  /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
