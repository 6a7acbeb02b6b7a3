/**
 * Writes a file so that at every moment either the old or the new content is there, whole: to a
 * temporary file beside it, synced to disk, then renamed.
 *
 * @throws {Error} if the file cannot be written; the message says why and what to do.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${Deno.pid}.part`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw explainWrite(error, path);
  }
}

/** Makes a folder, and those around it. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw explainWrite(error, path);
  }
}

/** An error that says which file could not be written, and what can be done. */
function explainWrite(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  const full = /ENOSPC|no space|os error 28|file too large|os error 27/i.test(error.message);
  const hint = full
    ? "there is no space left on the disk; free some, or choose another folder"
    : error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable
    ? "writing there is not permitted; choose another folder"
    : "choose another folder";
  return new Error(`cannot write ${path}: ${hint} (${error.message})`, { cause: error });
}
