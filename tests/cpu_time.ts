import { cpuUsage } from "node:process";

/**
 * Seconds that this process has computed, on all of its threads: what a test may hold against a bound,
 * which a clock is not for, as a machine with other work has it run on.
 */
export function cpuSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}
