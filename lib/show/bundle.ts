/** What a value looks like in each form that a viewer may want, by MIME type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** The method by which the Jupyter kernel asks a value how it looks. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display") as never;

/** A value that can be shown in a notebook, and as a text elsewhere. */
export interface Displayable {
  /**
   * How it looks in a notebook, by MIME type; always with "text/plain". `asked` is true where a
   * program shows it, and not the kernel as a cell's last expression.
   */
  [jupyterDisplay](asked?: boolean): MimeBundle | Promise<MimeBundle>;
}

/** Whether a value says how it looks. */
export function isDisplayable(value: unknown): value is Displayable {
  return typeof (value as Displayable | undefined)?.[jupyterDisplay] === "function";
}

/** The method that gives a value's text outside a notebook, where `toString` says too little. */
export const displayText: unique symbol = Symbol("the text of a display");

/** What is printed of a value where there is no notebook. */
export async function textOf(value: Displayable): Promise<string> {
  const text = (value as { [displayText]?(): string | Promise<string> })[displayText];
  return text === undefined ? String(value) : await text.call(value);
}

/** Bytes or text as a `data:` URL, which needs no server. */
export function dataUrl(type: string, content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return `data:${type};base64,${bytes.toBase64()}`;
}
