/** The folders of ONNX's conformance cases in the mirror, by name. */
export async function onnxCases(): Promise<Map<string, string>> {
  const root = `${Deno.env.get("STRIATE_MIRROR")}/onnx-node-tests`;
  const { tests } = JSON.parse(await Deno.readTextFile(`${root}/index.json`));
  return new Map(
    Object.entries(tests as Record<string, string[]>).flatMap(([family, names]) =>
      names.map((name): [string, string] => [
        name.replace(/^test_/, ""),
        `${root}/${family === "pytorch-converted" ? family : "node"}/${name}`,
      ])
    ),
  );
}
