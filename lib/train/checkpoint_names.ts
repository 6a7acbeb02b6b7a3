/** The name of a checkpoint in its folder. */
export const checkpointName = "checkpoint.safetensors";

/** What averages of weights are called among the trainer's variables: this before the weight's name. */
export const averagePrefix = "average.";

/** The trainer's variable that says whether averages are complete, in its second number. */
export const averagesName = "averages";
