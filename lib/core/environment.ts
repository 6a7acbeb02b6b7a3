/** Whether an environment variable may be read and set. Nobody is asked: a program would stand still. */
export function mayUse(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
