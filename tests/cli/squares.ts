import { encodePng } from "../../lib/plotly_svg/mod.ts";

/** Grey squares, a folder for each shade. */
export async function squares(folder: string, shades: Readonly<Record<string, number>>, count = 3) {
  for (const [name, shade] of Object.entries(shades)) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    for (let i = 0; i < count; i++) {
      const png = encodePng(Array(64).fill(shade + i), 8, 8, 1);
      await Deno.writeFile(`${folder}/${name}/${i}.png`, png);
    }
  }
}
