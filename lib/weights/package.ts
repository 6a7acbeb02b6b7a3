/**
 * Loads a package from npm when it is first needed. The specifier is no literal on purpose: Deno
 * would fetch what a literal names as soon as the library is imported.
 */
export async function loadPackage<T>(specifier: string, reader: string): Promise<T> {
  try {
    return await import(specifier) as T;
  } catch (error) {
    throw new Error(
      `${reader} need the package ${specifier}, which cannot be loaded ` +
        `(${
          (error as Error).message
        }); it is fetched once: run \`deno cache ${specifier}\` with a network`,
      { cause: error },
    );
  }
}
