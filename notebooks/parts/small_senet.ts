/** Small nets with squeeze-and-excitation or without: for notebook 10. */
import { input, type Model, model, squeezeExcite, type SymbolicValue } from "../../mod.ts";

/** A residual net of three stages, one block each. */
export function smallResnet(excite: boolean): Model {
  const convolution = { padding: "same", bias: false, kernelInitializer: "heNormal" } as const;
  const image = input([16, 16, 3]);
  let y: SymbolicValue = image.conv2d(16, 3, convolution).batchNorm().relu();
  for (const [stage, filters] of [16, 32, 64].entries()) {
    const stride = stage === 0 ? 1 : 2;
    let branch: SymbolicValue = y
      .conv2d(filters, 3, { ...convolution, stride }).batchNorm().relu()
      .conv2d(filters, 3, convolution).batchNorm();
    if (excite) branch = squeezeExcite(branch, `stage${stage + 1}`, 4);
    const shortcut = stage === 0 ? y : y.conv2d(filters, 1, { stride, bias: false }).batchNorm();
    y = branch.add(shortcut).relu();
  }
  return model(image, y.globalAveragePool2d().dense(10), { seed: 2 });
}
