/**
 * How coloured each filter of a first layer is, from 0 for grey to 1: the spread between its channels
 * as a share of all its spread.
 *
 * @param kernel The weights [height, width, 3, filters], in a row.
 */
export function colourShares(kernel: ArrayLike<number>, filters: number): number[] {
  const between = new Float64Array(filters), all = new Float64Array(filters);
  for (let place = 0; place < kernel.length; place += 3 * filters) {
    for (let filter = 0; filter < filters; filter++) {
      const channels = [0, 1, 2].map((c) => kernel[place + c * filters + filter]!);
      const grey = channels.reduce((a, b) => a + b) / 3;
      for (const weight of channels) {
        between[filter]! += (weight - grey) ** 2;
        all[filter]! += weight ** 2;
      }
    }
  }
  return Array.from(between, (spread, filter) => spread / all[filter]!);
}
