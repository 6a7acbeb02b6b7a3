import { formatNotebook, readNotebook, tidyNotebook } from "../../../lib/cli/notebook_file.ts";
import { mutate, mutateJson } from "../mutate.ts";
import { type Targets, Wrong } from "../target.ts";

export const targets: Targets = {
  async notebook() {
    const path = `${await Deno.makeTempDir({ prefix: "striate-fuzz-" })}/x.ipynb`;
    const all = JSON.parse(
      await Deno.readTextFile(new URL("../../../notebooks/01-neuron.ipynb", import.meta.url)),
    );
    const good = { ...all, cells: all.cells.slice(0, 6) };
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    return {
      make: (random) =>
        random.integer(4) === 0 ? mutate(random, encode(good)) : encode(mutateJson(random, good)),
      async read(bytes) {
        await Deno.writeFile(path, bytes);
        const once = formatNotebook(tidyNotebook(await readNotebook(path)));
        await Deno.writeTextFile(path, once);
        const again = formatNotebook(tidyNotebook(await readNotebook(path)));
        if (once !== again) throw new Wrong("written again, it is another notebook");
      },
    };
  },
};
