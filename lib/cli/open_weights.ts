import {
  type OpenNetwork,
  openNetwork,
  type OpenNetworkOptions,
} from "../evaluate/open_network.ts";
import { WeightMismatchError, type WeightReport } from "../weights/report.ts";
import { networkNamed } from "../zoo/zoo.ts";
import { UsageError } from "./command.ts";
import { commandStart } from "./shell.ts";

/** What stands for published weights, and a network that has them. */
const published: Readonly<Record<string, string>> = {
  imagenet: "squeezenet1.1 (5 MB)",
  cifar10: "cifar-resnet20 (1 MB)",
};

/**
 * Checks that published weights are of a network that has some.
 *
 * @throws {UsageError} where no network is named, or one without
 */
function checkPublished(model: string | undefined, place: string): void {
  const example = published[place], all = `${commandStart("predict")} --list has all`;
  if (example === undefined) return;
  if (model === undefined) {
    throw new UsageError(
      `--weights ${place}: say of which network, such as --model ${example}; ${all}`,
    );
  }
  const { weights } = networkNamed(model);
  if (weights?.data === place) return;
  throw new UsageError(
    weights === undefined
      ? `--weights ${place}: no weights of ${model} are published; take a network that has some, such ` +
        `as --model ${example}; ${all}`
      : `--weights ${place}: the published weights of ${model} are of ${weights.data}: --weights ` +
        weights.data,
  );
}

/**
 * The network of `--model` with the weights of `--weights`.
 *
 * @throws {UsageError} for weights of another network, or of none, in a few lines
 */
export async function openWeightsOf(
  model: string | undefined,
  place: string,
  given: OpenNetworkOptions,
): Promise<OpenNetwork> {
  checkPublished(model, place);
  try {
    return await openNetwork(model, place, given);
  } catch (error) {
    if (!(error instanceof WeightMismatchError)) throw error;
    throw new UsageError(mismatchInWords(model, error.report));
  }
}

/** What does not fit, each with the first of its kind. */
function mismatchInWords(model = "the network", report: WeightReport): string {
  const { source, matched, missing, unexpected, misshapen } = report;
  const [first] = misshapen,
    others = [
      ...first
        ? [
          `${misshapen.length} of another shape (${first.tensor}: ${first.expected}, found ${first.found})`,
        ]
        : [],
      ...missing.length > 0 ? [`${missing.length} missing (${missing[0]!.name})`] : [],
      ...unexpected.length > 0
        ? [`${unexpected.length} that ${model} has not (${unexpected[0]!.name})`]
        : [],
    ];
  const all = matched.length + missing.length + misshapen.length;
  return `--weights: ${source} is not of ${model}: ${matched.length} of ${all} weights fit; ` +
    `${others.join(", ")}. Give the network that the weights are of: --model NAME`;
}
