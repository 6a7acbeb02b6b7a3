/**
 * Two hosts on one machine: network namespaces of Linux, with a cable between them (veth), over which Open
 * MPI's processes speak TCP. It takes root, and `ip` of iproute2.
 *
 * @module
 */
import { mpirunEnvironment } from "./mpirun.ts";

const network = "10.77.0.0/24";

/** Where the hosts are. */
export const addresses = ["10.77.0.1", "10.77.0.2"] as const;

/** Runs a command; false where it fails or is not there. */
function does(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Whether this machine allows hosts to be made; asked once. */
export const allowsHosts: () => boolean = (() => {
  let known: boolean | undefined;
  return () => {
    const name = `striate-try-${Deno.pid}`;
    return known ??= Deno.build.os === "linux" && Deno.uid() === 0 &&
      does("ip", "netns", "add", name) &&
      does("ip", "netns", "exec", name, "true") && does("ip", "netns", "delete", name);
  };
})();

/** Two hosts; to be disposed of. */
export class Hosts implements AsyncDisposable {
  readonly #names: readonly string[];
  readonly #folder: string;

  private constructor(names: readonly string[], folder: string) {
    this.#names = names;
    this.#folder = folder;
  }

  /** Makes them, with a cable of so many bits a second: "1gbit"; as fast as it can be without. */
  static async open(rate?: string): Promise<Hosts> {
    const names = [1, 2].map((i) => `striate-${Deno.pid}-${i}`),
      cables = names.map((_, i) => `sv${Deno.pid}-${i}`);
    const must = (...args: string[]) => {
      if (!does("ip", ...args)) throw new Error(`ip ${args.join(" ")} failed`);
    };
    const folder = await Deno.makeTempDir({ prefix: "striate-hosts-" });
    const hosts = new Hosts(names, folder);
    try {
      for (const name of names) must("netns", "add", name);
      const [a, b] = names as [string, string], [inA, inB] = cables as [string, string];
      must("link", "add", inA, "netns", a, "type", "veth", "peer", "name", inB, "netns", b);
      names.forEach((name, i) => {
        must("-n", name, "address", "add", `${addresses[i]}/24`, "dev", cables[i]!);
        for (const device of ["lo", cables[i]!]) must("-n", name, "link", "set", device, "up");
        if (rate === undefined) return;
        const shape = ["qdisc", "replace", "dev", cables[i]!, "root", "tbf", "rate", rate];
        if (!does("ip", "netns", "exec", name, "tc", ...shape, "burst", "1mb", "latency", "50ms")) {
          throw new Error(`tc cannot shape to ${rate} here`);
        }
      });
      // What mpirun takes for ssh: its first word is a host, and the rest a command for a shell there.
      const agent =
        `#!/bin/sh\nshift\nexec ip netns exec ${b} unshare --uts sh -c "hostname ${b}; $*"\n`;
      await Deno.writeTextFile(`${folder}/agent`, agent, { mode: 0o755 });
      return hosts;
    } catch (error) {
      await hosts[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A command that starts a program of Deno on one of them. */
  command(host: 0 | 1, args: readonly string[]): Deno.Command {
    return new Deno.Command("ip", {
      args: ["netns", "exec", this.#names[host]!, Deno.execPath(), ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** A command that starts a program of Deno on both hosts, from the first. */
  mpirun(args: readonly string[]): Deno.Command {
    return new Deno.Command("ip", {
      args: [
        ...["netns", "exec", this.#names[0]!, "/usr/bin/mpirun.openmpi"],
        ...["--host", addresses.map((address) => `${address}:1`).join(), "--bind-to", "none"],
        ...["--mca", "plm_rsh_agent", `${this.#folder}/agent`],
        ...["--mca", "btl", "tcp,self", "--mca", "btl_base_warn_component_unused", "0"],
        ...["btl_tcp_if_include", "oob_tcp_if_include"].flatMap((name) => ["--mca", name, network]),
        ...["-x", "NO_COLOR", Deno.execPath(), ...args],
      ],
      env: mpirunEnvironment,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#names) does("ip", "netns", "delete", name);
    await Deno.remove(this.#folder, { recursive: true });
  }
}
