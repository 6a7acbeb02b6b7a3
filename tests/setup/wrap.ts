/** Words in lines of 110 characters at most, which begin `indent` places in; the first stands where it is. */
export function wrap(words: readonly string[], indent: number): string {
  const lines = [""];
  for (const word of words) {
    const line = lines.at(-1)!, longer = line === "" ? word : `${line} ${word}`;
    if (indent + longer.length > 110) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}
