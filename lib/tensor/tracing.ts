/** A mode that is on while `run` runs a function. */
function mode() {
  let depth = 0;
  const run = <T>(fn: () => T): T => {
    depth++;
    try {
      return fn();
    } finally {
      depth--;
    }
  };
  return { run, isOn: () => depth > 0 };
}

/**
 * Runs a function whose operations must stay one graph, because it is differentiated afterwards:
 * nothing that it computes is evaluated on the way, which would cut the graph there.
 */
export const { run: trace, isOn: isTracing } = mode();

/**
 * Runs a function whose operations become a program that is kept: numbers in it are part of the
 * formula, where otherwise they are data, so that another number does not mean another program.
 */
export const { run: record, isOn: isRecording } = mode();
