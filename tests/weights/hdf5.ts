/** The part of h5wasm that writes. */
interface Writer {
  create_group(name: string): Writer;
  create_dataset(settings: { name: string; data: unknown; shape: number[]; dtype: string }): void;
  close(): void;
}

/** An HDF5 file with datasets, by path. */
export async function hdf5(
  datasets: Record<string, { data: unknown; shape: number[]; dtype: string }>,
): Promise<Uint8Array<ArrayBuffer>> {
  const specifier = "npm:h5wasm@0.10.3";
  const h5wasm = await import(specifier);
  const { FS } = await h5wasm.ready;
  const file: Writer = new h5wasm.File("/written.h5", "w");
  const groups = new Map<string, Writer>([["", file]]);
  const groupOf = (path: string): Writer => {
    const known = groups.get(path);
    if (known) return known;
    const at = path.lastIndexOf("/");
    const made = groupOf(path.slice(0, Math.max(0, at))).create_group(path.slice(at + 1));
    groups.set(path, made);
    return made;
  };
  for (const [path, settings] of Object.entries(datasets)) {
    const at = path.lastIndexOf("/");
    groupOf(path.slice(0, Math.max(0, at)))
      .create_dataset({ name: path.slice(at + 1), ...settings });
  }
  file.close();
  return FS.readFile("/written.h5").slice();
}
