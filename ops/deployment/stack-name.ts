/** What the program calls its stack, which may be named with its organisation and project: `acme/shop/prod`. */
export const stackName = (stack: string): string => stack.slice(stack.lastIndexOf("/") + 1);
