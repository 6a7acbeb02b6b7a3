/**
 * Weights in several files, shards, which an index names: `model.safetensors.index.json`,
 * `pytorch_model.bin.index.json`.
 * Source: https://huggingface.co/docs/transformers/big_models
 *
 * @module
 */
import type { ByteSource } from "./byte_source.ts";
import { type WeightFile, weightFile, type WeightTensor } from "./weight_file.ts";

/** An index of more bytes, or more shards, are of no network. */
const largestIndex = 64 << 20;
const mostShards = 10_000;

/** Opens a shard by its name in the index. */
export type OpenShard = (name: string) => Promise<WeightFile>;

/** Opens all shards of an index as one file. */
export async function openShards(source: ByteSource, openShard: OpenShard): Promise<WeightFile> {
  const { where } = source;
  const shardOf = await readIndex(source);
  source.close();
  const shards = new Map<string, WeightFile>();
  const close = () => shards.forEach((shard) => shard.close());
  try {
    for (const name of new Set(shardOf.values())) shards.set(name, await opened(name));
    for (const [tensor, name] of shardOf) checkPlace(tensor, name);
    const tensors = [...shards.values()].flatMap((shard): WeightTensor[] => [
      ...shard.tensors.values(),
    ]);
    const { format, metadata } = [...shards.values()][0]!;
    return weightFile({ where, format, metadata, tensors, close });
  } catch (error) {
    close();
    throw error;
  }

  async function opened(name: string): Promise<WeightFile> {
    try {
      return await openShard(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound(
        `${where}: expected the shard ${name} beside it (${error.message}); fetch it too`,
      );
    }
  }

  function checkPlace(tensor: string, name: string): void {
    if (shards.get(name)!.tensors.has(tensor)) return;
    const [place] = [...shards].find(([, shard]) => shard.tensors.has(tensor)) ?? [];
    throw new SyntaxError(
      `${where}: expected ${JSON.stringify(tensor)} in ${name}, found it in ` +
        `${place ?? "no shard"}; index and shards are of different models: fetch all again`,
    );
  }
}

/** The names of shards by those of tensors. */
async function readIndex(source: ByteSource): Promise<Map<string, string>> {
  const { where, size } = source;
  const fail = (found: string) =>
    new SyntaxError(`${where}: ${found}; expected an index of shards, with its "weight_map"`);
  if (size > largestIndex) throw fail(`${size} bytes`);
  let index: unknown;
  try {
    index = JSON.parse(new TextDecoder().decode(await source.read(0, size)));
  } catch (error) {
    throw fail(`no JSON (${(error as Error).message})`);
  }
  const { weight_map: map } = (index ?? {}) as { readonly weight_map?: unknown };
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw fail("no weight_map");
  const entries = Object.entries(map).map(([tensor, name]) => {
    // Only a file beside the index: it comes from elsewhere, and must not lead to other files.
    if (typeof name === "string" && /^[^./\\:?#%][^/\\:?#%]*$/.test(name)) {
      return [tensor, name] as const;
    }
    throw fail(`the shard ${JSON.stringify(name)} of ${JSON.stringify(tensor)} is no file's name`);
  });
  const shardOf = new Map(entries), shards = new Set(shardOf.values()).size;
  if (shards === 0 || shards > mostShards) throw fail(`${shards} shards`);
  return shardOf;
}

/** The files in a folder that may be meant by it, the likeliest kind first. */
const usual = [
  /\.safetensors\.index(\.[^.]+)?\.json$/,
  /\.safetensors$/,
  /\.bin\.index(\.[^.]+)?\.json$/,
  /\.(bin|pth?|th|h5|keras|caffemodel)$/,
];

/** The path of the weights in a folder: an index of shards, or the only file. */
export async function weightsIn(folder: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  const kinds = usual.map((kind) => names.filter((name) => kind.test(name)));
  const found = kinds.find((kind) => kind.length > 0) ?? [];
  if (found.length === 1) return `${folder.replace(/[/\\]$/, "")}/${found[0]}`;
  throw new TypeError(
    `${folder}: expected a file of weights or a folder with one, found ${
      found.length === 0 ? "a folder without" : `a folder with ${found.slice(0, 5).join(", ")}`
    }; name the file`,
  );
}
