/**
 * Things to play with in a notebook's output: scripts that need no kernel and no network, with a
 * picture in their place where no script runs.
 *
 * @module
 */
export { convolution, type ConvolutionWidgetOptions } from "./widgets/convolution.ts";
export {
  decisionBoundary,
  type DecisionBoundaryWidgetOptions,
} from "./widgets/decision_boundary.ts";
export { learningRate, type LearningRateWidgetOptions } from "./widgets/learning_rate.ts";
export { drawDigit, lookInside, type NetworkWidgetOptions } from "./widgets/network.ts";
export { softmax, type SoftmaxWidgetOptions } from "./widgets/softmax.ts";
export { type PageName, type Still, Widget, type WidgetParts } from "./widgets/widget.ts";
