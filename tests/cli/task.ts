/** The commands as their tasks run them: with the permissions of deno.json, and no others. */

const configuration = new URL("../../deno.json", import.meta.url);
const { tasks }: { tasks: Readonly<Record<string, { command: string }>> } = JSON.parse(
  await Deno.readTextFile(configuration),
);

/** The arguments of Deno that run a command as `deno task NAME` does, but for a check of types. */
export function taskArguments(name: string): string[] {
  const [deno, ...args] = tasks[name]!.command.split(" ");
  const script = args.pop()!;
  if (deno === "deno" && script === `lib/cli/${name}.ts`) return [...args, "--no-check", script];
  throw new Error(`deno.json: the task ${name} is ${tasks[name]!.command}`);
}
