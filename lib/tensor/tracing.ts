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
