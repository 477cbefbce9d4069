/** Characters that no name of an alert, a template or a destination may have. */
export const hasForbiddenCharacter = (name: string): boolean => /[:#?&%/'"\s]/.test(name);
