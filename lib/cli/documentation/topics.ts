/** A part of the library's interface: a heading of `mod.ts`, and what stands below it. */
export interface Topic {
  /** The heading: "Tensors". */
  readonly name: string;
  /** What it is about, a sentence without its full stop. */
  readonly about: string;
  /** The module that its page is made of: "tensors". */
  readonly module: string;
  /** What it exports, as it stands in `mod.ts`. */
  readonly source: string;
}

/** The topics of `mod.ts`, in their order. */
export function topicsOf(module: string): readonly Topic[] {
  const headings = [...module.matchAll(/^\/\/ ([A-Z]\w+): (.+)\.$/gm)];
  return headings.map((heading, i) => {
    const [line, name, about] = heading as unknown as readonly [string, string, string];
    const source = module.slice(heading.index + line.length, headings[i + 1]?.index).trim();
    return { name, about, module: name.toLowerCase(), source };
  });
}

/** A topic as a module of its own, for a folder other than the library's. */
export function moduleOf({ about, source }: Topic, library: URL): string {
  const absolute = source.replaceAll(/"\.\/([^"]+)"/g, (_, path) => `"${new URL(path, library)}"`);
  return `/**\n * ${about[0]!.toUpperCase()}${about.slice(1)}.\n *\n * @module\n */\n${absolute}\n`;
}
