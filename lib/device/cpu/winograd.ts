import type { Plan } from "../../compile/plan.ts";

/** Which programs may compute 3x3 convolutions by Winograd's minimal filtering: see `CpuOptions`. */
export const winogradUses = ["never", "predictions", "always"] as const;
export type WinogradUse = typeof winogradUses[number];

/** Whether a plan may. One with gradients of convolutions is no prediction, and none of its parts is. */
export function mayUseWinograd(plan: Plan, use: WinogradUse): boolean {
  if (use !== "predictions") return use === "always";
  return (plan.whole ?? plan).launches.every(({ kernel: { kind } }) =>
    kind !== "conv2dInputGradient" && kind !== "conv2dKernelGradient"
  );
}
