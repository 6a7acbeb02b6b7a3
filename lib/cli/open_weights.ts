import {
  type OpenNetwork,
  openNetwork,
  type OpenNetworkOptions,
} from "../evaluate/open_network.ts";
import { WeightMismatchError, type WeightReport } from "../weights/report.ts";
import { UsageError } from "./command.ts";

/**
 * The network of `--model` with the weights of `--weights`.
 *
 * @throws {UsageError} for weights of another network, in a few lines
 */
export async function openWeightsOf(
  model: string | undefined,
  place: string,
  given: OpenNetworkOptions,
): Promise<OpenNetwork> {
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
