/**
 * What is cheap to compute is computed again wherever it is read, if that moves fewer bytes than
 * storing it once and reading it there: what batch norm subtracts a mean from is read by five kernels,
 * none of which needs the difference in memory.
 *
 * @module
 */
import { sameShape } from "../core/shape.ts";
import { Node, topologicalOrder } from "../graph/node.ts";
import { type Uses, usesOf } from "./group.ts";
import { bytesOf } from "./launch_order.ts";
import { sourceOf } from "./view.ts";

/** What computing a number once more costs, as a share of reading it. */
const stepCost = 0.25;

/** Most nodes that are computed again for one that is read, and at one site. */
const copyLimit = 12, siteLimit = 32;

/** Where a kernel will read: a reduction or a stored element-wise node, with what only it needs. */
class Site {
  /** Nodes that the kernel computes anyway. */
  readonly members = new Set<Node>();
  /** Nodes whose memory it reads. */
  readonly loads = new Set<Node>();
  /** Nodes that it computes again. */
  readonly copied = new Set<Node>();

  constructor(readonly result: Node) {
    this.members.add(result);
  }

  has(node: Node): boolean {
    return this.members.has(node) || this.copied.has(node);
  }
}

/** A way to have a node at a site: what is computed again there, what is read, and what that costs. */
interface Way {
  readonly cost: number;
  readonly copied: ReadonlySet<Node>;
  readonly loads: ReadonlySet<Node>;
}

/** An equal graph, in which nodes that are computed again stand once for each place. */
export function withCopies(roots: readonly Node[]): Node[] {
  const order = topologicalOrder(roots), uses = usesOf(order, roots);
  const sites = sitesOf(uses);
  if (!new Copies(uses, sites).choose()) return [...roots];
  const stored = new Map<Node, Node>(), copies = new Map<Site, Map<Node, Node>>();
  const at = (site: Site, node: Node): Node =>
    site.copied.has(node)
      ? copies.getOrInsertComputed(site, () => new Map()).getOrInsertComputed(
        node,
        () => {
          const inputs = node.inputs.map((input) => at(site, input));
          return new Node(node.op, inputs, node.attributes, node.origin);
        },
      )
      : stored.get(node)!;
  for (const node of order) {
    const site = sites.get(node);
    const inputs = node.inputs.map((input) =>
      site === undefined ? stored.get(input)! : at(site, input)
    );
    const isSame = inputs.every((input, i) => input === node.inputs[i]);
    stored.set(node, isSame ? node : new Node(node.op, inputs, node.attributes, node.origin));
  }
  return roots.map((root) => stored.get(root)!);
}

/** The site of each reduction and element-wise node. */
function sitesOf(uses: Uses): Map<Node, Site> {
  const sites = new Map<Node, Site>();
  for (const node of uses.order.toReversed()) {
    if (!hasSite(node)) continue;
    const users = uses.users.get(node)!;
    const only = node.op.kind === "elementwise" && !uses.roots.has(node)
      ? siteOfAll(node, users, sites)
      : undefined;
    if (only === undefined) sites.set(node, new Site(node));
    else {
      only.members.add(node);
      sites.set(node, only);
    }
  }
  for (const [node, site] of sites) {
    for (const input of node.inputs) {
      if (site.members.has(input) || input.op.kind === "generator") continue;
      site.loads.add(readFrom(input));
    }
  }
  return sites;
}

/** Whether a node is one that has a site. */
const hasSite = ({ op: { kind } }: Node) => kind === "elementwise" || kind === "reduction";

/** What is read where a node is: itself, or what it is a view of. */
const readFrom = (node: Node): Node => hasSite(node) ? node : sourceOf(node).base;

/** Whether a user reads the same elements in the same order, and could compute them itself. */
const readsInPlace = (user: Node, node: Node): boolean =>
  user.op.kind === "reduction" ||
  (user.op.kind === "elementwise" && sameShape(user.shape, node.shape));

/** The one site where all users are, if there is one. */
function siteOfAll(
  node: Node,
  users: readonly Node[],
  sites: ReadonlyMap<Node, Site>,
): Site | undefined {
  if (!users.every((user) => readsInPlace(user, node))) return undefined;
  const [only, ...others] = new Set(users.map((user) => sites.get(user)!));
  return others.length === 0 ? only : undefined;
}

/** Chooses what is computed again, and notes it in the sites. */
class Copies {
  readonly #uses: Uses;
  readonly #sites: ReadonlyMap<Node, Site>;
  /** Nodes that are computed again wherever they are read, and so never stored. */
  readonly #gone = new Set<Node>();

  constructor(uses: Uses, sites: ReadonlyMap<Node, Site>) {
    this.#uses = uses;
    this.#sites = sites;
  }

  /** Whether there is anything to compute again. */
  choose(): boolean {
    let found = false;
    for (const node of this.#uses.order) {
      if (node.op.kind === "elementwise" && this.#sites.get(node)!.result === node) {
        found = this.#chooseFor(node) || found;
      }
    }
    return found;
  }

  #chooseFor(node: Node): boolean {
    const users = this.#uses.users.get(node)!, bytes = bytesOf(node);
    const inPlace = users.filter((user) => readsInPlace(user, node));
    const readers = [...new Set(inPlace.map((user) => this.#sites.get(user)!))];
    if (readers.length === 0) return false;
    const ways = readers.map((site) => this.#copyAt(node, site));
    const isNeeded = this.#uses.roots.has(node) || inPlace.length < users.length;
    if (!isNeeded && ways.every((way) => way !== undefined)) {
      const own = this.#sites.get(node)!,
        hosts = [...own.loads].filter((load) => isHost(load, own, this.#uses));
      const hosted = total(hosts);
      const stored = bytes * (1 + readers.length) + total(own.loads) - hosted +
        bytes * stepCost * own.members.size;
      const copied = ways.reduce((sum, way) => sum + way!.cost, hosted);
      if (copied < stored) {
        this.#gone.add(node);
        readers.forEach((site, i) => this.#take(node, site, ways[i]!));
        return true;
      }
    }
    let found = false;
    readers.forEach((site, i) => {
      const way = ways[i];
      if (way === undefined || way.cost >= bytes) return;
      this.#take(node, site, way);
      found = true;
    });
    return found;
  }

  #take(node: Node, site: Site, { copied, loads }: Way): void {
    site.loads.delete(node);
    for (const copy of copied) site.copied.add(copy);
    for (const load of loads) site.loads.add(load);
  }

  /** What it takes to compute a node at a site. */
  #copyAt(node: Node, site: Site, depth = 0): Way | undefined {
    const { op } = node;
    if (op.kind !== "elementwise" || op.isCostly || op.step !== undefined) return undefined;
    if (depth > copyLimit || site.copied.size > siteLimit) return undefined;
    let cost = bytesOf(node) * stepCost;
    const copied = new Set([node]), loads = new Set<Node>();
    for (const input of node.inputs) {
      if (copied.has(input)) continue;
      const way = this.#readAt(input, site, depth + 1);
      if (way === undefined) return undefined;
      cost += way.cost;
      way.copied.forEach((copy) => copied.add(copy));
      way.loads.forEach((load) => loads.add(load));
    }
    return copied.size > copyLimit ? undefined : { cost, copied, loads };
  }

  /** The cheapest way to have a node at a site. */
  #readAt(node: Node, site: Site, depth: number): Way | undefined {
    const none = new Set<Node>();
    if (node.op.kind === "generator" || site.has(node)) {
      return { cost: 0, copied: none, loads: none };
    }
    const source = readFrom(node), own = this.#sites.get(source);
    const isStored = own === undefined || (own.result === source && !this.#gone.has(source));
    const load = isStored
      ? {
        cost: site.loads.has(source) ? 0 : bytesOf(source),
        copied: none,
        loads: new Set([source]),
      }
      : undefined;
    if (load?.cost === 0 || source !== node) return load;
    const copy = this.#copyAt(node, site, depth);
    return copy !== undefined && (load === undefined || copy.cost < load.cost) ? copy : load;
  }
}

const total = (nodes: Iterable<Node>): number => {
  let bytes = 0;
  for (const node of nodes) bytes += bytesOf(node);
  return bytes;
};

/** Whether a product's result is read at a site alone, whose nodes can be its tail: it is not stored then. */
function isHost(node: Node, site: Site, uses: Uses): boolean {
  return node.op.takesTail === true && !uses.roots.has(node) &&
    uses.users.get(node)!.every((user) => site.members.has(user));
}
