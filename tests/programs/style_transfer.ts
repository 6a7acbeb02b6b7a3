// Style transfer (Gatys et al. 2015, arXiv 1508.06576): a picture with the feature maps of one
// photograph, and with the correlations between feature maps of another.
import { adam, jit, type Model, type Tensor, valueAndGradient } from "../../mod.ts";

/** Correlations of the channels of maps [1, h, w, c]: [c, c]. */
const gram = (maps: Tensor) => {
  const rows = maps.reshape([-1, maps.shape.at(-1)!]);
  return rows.transpose().matmul(rows).div(rows.shape[0]!);
};

/** What a picture becomes, and how the loss falls. */
export async function transfer(
  net: Model,
  content: Tensor,
  style: Tensor,
  layers: { readonly content: string; readonly style: readonly string[] },
  steps: number,
) {
  const names = [layers.content, ...layers.style];
  const maps = (x: Tensor) => net.apply(x, { outputs: names }) as readonly Tensor[];
  const [wanted] = maps(content), [, ...look] = maps(style);
  const targets = look.map(gram);
  const loss = (x: Tensor) => {
    const [found, ...styled] = maps(x);
    const likeness = styled.map((m, i) => gram(m).sub(targets[i]!).square().sum());
    return likeness.reduce((a, b) => a.add(b)).mul(10).add(found!.sub(wanted!).square().mean());
  };
  const optimizer = adam({ learningRate: 4 }); // of 255 brightnesses
  let weights = content, state = optimizer.init(content);
  const step = jit((x: Tensor, s: typeof state) => {
    const { value, gradient } = valueAndGradient(loss)(x);
    return { value, ...optimizer.step(x, gradient, s) };
  });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    let value: Tensor;
    ({ value, weights, state } = step(weights, state));
    losses.push(await value.item());
  }
  return { image: weights, losses };
}
