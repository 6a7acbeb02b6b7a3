/** Whether an environment variable may be read and set. Nobody is asked: a program would stand still. */
export function mayUse(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}

/** An environment variable; undefined where it is empty, unset, or may not be read. */
export function environment(variable: string): string | undefined {
  return mayUse(variable) ? Deno.env.get(variable) || undefined : undefined;
}
