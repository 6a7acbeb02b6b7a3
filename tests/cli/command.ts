/** Runs the commands that measure and use networks, as a user would. */
import { fileURLToPath } from "node:url";
import { Folder, images } from "../images/files.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { taskArguments } from "./task.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a command wrote, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs lib/cli/NAME.ts on the CPU device. */
export const command = (name: string, ...args: readonly string[]) => commandWith(name, {}, ...args);

/** The same with environment variables. */
export async function commandWith(
  name: string,
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(name), ...args],
    cwd: root,
    env: {
      NO_COLOR: "1",
      STRIATE_DEVICE: "cpu",
      npm_lifecycle_event: "",
      INIT_CWD: "",
      ...environment,
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, lines: text(stdout).trimEnd().split("\n"), errors: text(stderr) };
}

/** A folder with a LeNet-5 (`lenet.safetensors`), images, and labels that name all of them. */
export async function lenetFolder(extra: Record<string, Uint8Array | string> = {}) {
  const names = [...images.keys()];
  const folder = new Folder({
    ...Object.fromEntries([...images].map(([name, bytes]) => [`images/${name}`, bytes])),
    "labels.tsv": `file\tclass\n${names.map((name, i) => `${name}\t${i % 10}`).join("\n")}\n`,
    ...extra,
  });
  await lenet5({ seed: 4 }).save(folder.at("lenet.safetensors"));
  return folder;
}
