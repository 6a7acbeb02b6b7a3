let depth = 0;

/**
 * Runs a function whose operations must stay one graph, because it is differentiated afterwards:
 * nothing that it computes is evaluated on the way, which would cut the graph there.
 */
export function trace<T>(fn: () => T): T {
  depth++;
  try {
    return fn();
  } finally {
    depth--;
  }
}

/** Whether a function is being traced. */
export function isTracing(): boolean {
  return depth > 0;
}

let recordings = 0;

/**
 * Runs a function whose operations become a program that is kept: numbers in it are part of the
 * formula, where otherwise they are data, so that another number does not mean another program.
 */
export function record<T>(fn: () => T): T {
  recordings++;
  try {
    return fn();
  } finally {
    recordings--;
  }
}

/** Whether a program is being recorded. */
export function isRecording(): boolean {
  return recordings > 0;
}
