import { type Figure, show } from "../../mod.ts";

/** Shows a figure as a picture alone, which is smaller than one that can be zoomed. */
export async function still(figure: Figure): Promise<void> {
  const png = await figure.png().catch(() => undefined); // where nothing draws it: the figure
  if (png === undefined) return await figure.show();
  const bundle = { "image/png": png.toBase64(), "text/plain": figure.title };
  await show({ [Symbol.for("Jupyter.display")]: () => bundle });
}
