/** What loading a package may want besides. */
export interface PackageOptions {
  /** Permissions that the package needs to be loaded. */
  readonly permissions?: string;
  /** How the module is imported, where it is no program. */
  readonly with?: ImportAttributes;
}

/**
 * Loads a package from npm when it is first needed. The specifier is no literal on purpose: Deno
 * would fetch what a literal names as soon as the library is imported.
 *
 * @param reader what needs the package, as a message begins: "Keras files"
 * @throws {Error} where it cannot be loaded, with what to do
 */
export async function loadPackage<T>(
  specifier: string,
  reader: string,
  { permissions, ...attributes }: PackageOptions = {},
): Promise<T> {
  try {
    return await import(specifier, attributes) as T;
  } catch (error) {
    throw new Error(
      `${reader} need the package ${specifier}, which cannot be loaded ` +
        `(${(error as Error).message}); it is fetched when it is first used: run this once with ` +
        `a network${permissions === undefined ? "" : `, and allow ${permissions}`}`,
      { cause: error },
    );
  }
}
