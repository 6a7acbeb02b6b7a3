/** Runs tasks as they come in a number of lanes by turns: in each, one begins when the last has ended. */
export function lanes(count: number): (task: () => Promise<void>) => void {
  const ends: Promise<void>[] = Array.from({ length: count }, () => Promise.resolve());
  return (task) => void ends.push(ends.shift()!.then(task, task));
}
