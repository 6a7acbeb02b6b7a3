/** Whether an environment variable may be read and set. Nobody is asked: a program would stand still. */
export function mayUse(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}

/** An environment variable; undefined where it is empty, unset, or may not be read. */
export function environment(variable: string): string | undefined {
  return mayUse(variable) ? Deno.env.get(variable) || undefined : undefined;
}

/** Whether Open MPI's `mpirun` has started this process, maybe with others. */
export const isOneOfMany = (): boolean => environment("OMPI_COMM_WORLD_SIZE") !== undefined;

/** Threads for work beside training where no number is given: one a core but one, from 1 to 8. */
export const usualThreads = (): number =>
  Math.min(8, Math.max(1, navigator.hardwareConcurrency - 1));

/** The name of this machine; undefined where it may not be read. */
export function hostName(): string | undefined {
  const mayAsk = Deno.permissions.querySync({ name: "sys", kind: "hostname" }).state === "granted";
  if (mayAsk) return Deno.hostname();
  const path = "/etc/hostname";
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
  try {
    return Deno.readTextFileSync(path).trim() || undefined;
  } catch {
    return undefined;
  }
}
