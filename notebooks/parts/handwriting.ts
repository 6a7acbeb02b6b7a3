import { type Dataset, digits, mnist } from "../../mod.ts";

/** Digits to learn from and to be examined on, and what they are. */
export interface Handwriting {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly isReal: boolean;
  readonly name: string;
}

/**
 * Handwritten digits: MNIST where the folder or address that `STRIATE_MIRROR` names has it, otherwise
 * as many drawn ones as are asked for. What was found is printed.
 */
export async function handwriting(
  drawn: { readonly train: number; readonly test: number; readonly seed: number },
): Promise<Handwriting> {
  const isNamed = Boolean(Deno.env.get("STRIATE_MIRROR"));
  // A mirror need not have these files.
  const real = isNamed ? await mnist().catch(() => undefined) : undefined;
  const { train, test } = real ?? digits(drawn);
  const name = real ? "MNIST" : "drawn digits";
  const [some, others] = [train, test].map(({ length }) => length.toLocaleString("en"));
  console.log(
    `data: ${real ? "real MNIST" : "drawn digits (MNIST is not here)"}, ` +
      `${some} to learn from, ${others} to be tested on`,
  );
  return { train, test, isReal: real !== undefined, name };
}
