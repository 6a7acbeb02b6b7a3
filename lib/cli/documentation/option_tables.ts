import { escapeMarkup } from "../../plotly_svg/mod.ts";

/** What `deno doc --json` says of a symbol, as far as it is read here. */
export interface DocumentedSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

interface Declaration {
  readonly kind: string;
  readonly def?: {
    readonly params?: readonly Parameter[];
    readonly properties?: readonly Property[];
    readonly extends?: readonly { readonly value?: { readonly typeName?: string } }[];
    readonly elements?: readonly DocumentedSymbol[];
  };
}

interface Parameter {
  readonly left?: Parameter;
  readonly tsType?: { readonly value?: unknown };
}

interface Property {
  readonly name: string;
  readonly optional?: boolean;
  readonly jsDoc?: { readonly doc?: string };
}

/** An option of a function and what is said of it. */
interface DocumentedOption {
  readonly name: string;
  readonly doc: string;
}

/** The interfaces of options, with what they take over from others. */
function interfacesIn(symbols: readonly DocumentedSymbol[]) {
  const own = new Map<string, readonly Property[]>(),
    parents = new Map<string, readonly string[]>();
  for (const { name, declarations } of everySymbol(symbols)) {
    for (const { kind, def } of declarations) {
      if (kind !== "interface" || def === undefined) continue;
      own.set(name, def.properties ?? []);
      parents.set(name, (def.extends ?? []).flatMap(({ value }) => value?.typeName ?? []));
    }
  }
  return (name: string): readonly DocumentedOption[] => {
    const seen = new Set<string>(), found: DocumentedOption[] = [];
    const visit = (name: string) => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const { name: option, optional, jsDoc } of own.get(name) ?? []) {
        if (optional) found.push({ name: option, doc: jsDoc?.doc ?? "" });
      }
      parents.get(name)?.forEach(visit);
    };
    visit(name);
    return found;
  };
}

/** All symbols with their names as pages have them: those of a namespace with its name before theirs. */
function everySymbol(
  symbols: readonly DocumentedSymbol[],
  before = "",
): readonly DocumentedSymbol[] {
  return symbols.flatMap((symbol) => [
    { ...symbol, name: before + symbol.name },
    ...symbol.declarations.flatMap(({ def }) =>
      everySymbol(def?.elements ?? [], `${before}${symbol.name}.`)
    ),
  ]);
}

/** The name of the type of a function's options; undefined where it takes none. */
function optionsType({ declarations }: DocumentedSymbol): string | undefined {
  for (const { kind, def } of declarations) {
    if (kind !== "function") continue;
    for (const parameter of def?.params ?? []) {
      const value = (parameter.left ?? parameter).tsType?.value as
        | { typeName?: string }
        | undefined;
      if (value?.typeName?.endsWith("Options")) return value.typeName;
    }
  }
  return undefined;
}

/** A table of the options of each function that takes some, by the function's name. */
export function optionTables(symbols: readonly DocumentedSymbol[]): ReadonlyMap<string, string> {
  const optionsOf = interfacesIn(symbols), tables = new Map<string, string>();
  for (const symbol of everySymbol(symbols)) {
    const type = optionsType(symbol), before = symbol.name.replace(/[^.]*$/, "");
    if (type === undefined) continue;
    const own = optionsOf(before + type), options = own.length > 0 ? own : optionsOf(type);
    if (options.length > 0) tables.set(symbol.name, tableOf(options));
  }
  return tables;
}

function tableOf(options: readonly DocumentedOption[]): string {
  const rows = options.map(({ name, doc }) =>
    `<tr><td style="padding:.2rem 1rem .2rem 0;vertical-align:top"><code>${name}</code></td>` +
    `<td style="padding:.2rem 0">${prose(doc)}</td></tr>`
  );
  return `<section class="section"><h2 class="anchorable mb-1">Options</h2><table>${
    rows.join("")
  }</table></section>`;
}

/** The first paragraph of a comment as HTML. */
const prose = (doc: string): string =>
  escapeMarkup(doc.split(/\n\n/)[0]!)
    .replaceAll(/\{@link(?:code)? ([^}]+)\}/g, "<code>$1</code>")
    .replaceAll(/`([^`]+)`/g, "<code>$1</code>");
