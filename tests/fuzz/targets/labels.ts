import { parseLabels, parseSynsets } from "../../../lib/images/labels.ts";
import { mutate, pick } from "../mutate.ts";
import { type Targets, Wrong } from "../target.ts";

const synsets = "n01440764 tench, Tinca\nn01443537 goldfish\nn01484850 shark";

const good = [
  synsets,
  "file\tclass\na.jpg\t1\nb.jpg\t2\n",
  'file,synset,class\r\n"a,b.jpg",n01440764,0\r\nc,n01443537,1',
  'file;class\n"x""y";3',
  "a.jpg 1\nb.jpg 2",
  "n01440764\nn01443537",
  "1\n2\n3",
].map((text) => new TextEncoder().encode(text));

export const targets: Targets = {
  labels: () =>
    Promise.resolve({
      make: (random) => mutate(random, pick(random, good)),
      async read(bytes) {
        await Promise.resolve();
        const text = new TextDecoder().decode(bytes);
        try {
          parseSynsets(text, "synsets");
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
        const found = parseLabels(text, "labels", parseSynsets(synsets, "synsets"));
        const labels = found.kind === "list" ? found.labels : found.rows.map(({ label }) => label);
        const isNumber = (label: unknown) => Number.isSafeInteger(label) && (label as number) >= 0;
        const odd = labels.find((label) => typeof label !== "string" && !isNumber(label));
        if (odd !== undefined) throw new Wrong(`the label ${odd}`);
      },
    }),
};
