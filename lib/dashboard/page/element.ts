/// <reference lib="dom" />
/**
 * Elements of the page. Texts are only ever set as texts: no label can become markup.
 *
 * @module
 */

/** What an element may have: attributes, and listeners by the names of events. */
export interface Attributes {
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
  readonly [name: string]:
    | string
    | number
    | boolean
    | undefined
    | Readonly<
      Record<string, (event: Event) => void>
    >;
}

/** What may stand in an element. */
export type Child = Node | string | undefined;

function fill<E extends Element>(
  made: E,
  { on, ...attributes }: Attributes,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || typeof value === "object") continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, listener] of Object.entries(on ?? {})) made.addEventListener(name, listener);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** An element of HTML with attributes and what stands in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(name), attributes, children);
}

/** An element of SVG. */
export function drawing<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/** A button with a text. */
export const button = (text: string, onClick: () => void, attributes: Attributes = {}) =>
  element("button", { type: "button", ...attributes, on: { click: onClick } }, text);

/** Buttons of which one is pressed. */
export function choice<T extends string>(
  label: string,
  options: readonly (readonly [value: T, text: string])[],
  chosen: T,
  choose: (value: T) => void,
): HTMLElement {
  const buttons = options.map(([value, text]) => {
    const one = button(text, () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === one));
      choose(value);
    }, { "aria-pressed": String(value === chosen) });
    return one;
  });
  return element("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}

/** A box to check with its label. */
export function check(text: string, isOn: boolean, change: (isOn: boolean) => void): HTMLElement {
  const box = element("input", {
    type: "checkbox",
    checked: isOn,
    on: { change: () => change(box.checked) },
  });
  return element("label", { class: "check" }, box, text);
}

/** A list to choose from, with its label. */
export function select(
  label: string,
  options: readonly string[],
  chosen: string,
  choose: (value: string) => void,
): HTMLElement {
  const list = element(
    "select",
    { on: { change: () => choose(list.value) } },
    ...options.map((value) => element("option", { value, selected: value === chosen }, value)),
  );
  return element("label", { class: "field" }, element("span", {}, label), list);
}

/** What is shown where there is nothing, and how there would be. */
export const nothing = (title: string, advice: string, command?: string): HTMLElement =>
  element(
    "div",
    { class: "nothing" },
    element("p", { class: "title" }, title),
    element("p", {}, advice),
    command === undefined ? undefined : element("code", {}, command),
  );
