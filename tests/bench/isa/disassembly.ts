/** What the driver says of the machine code of one dispatch, and what the code itself shows. */
export interface IsaFigures {
  readonly name: string;
  readonly workgroups: number;
  readonly registers: number;
  readonly spilled: number;
  readonly localBytes: number;
  /** Waves that share a SIMD unit. */
  readonly waves: number;
  readonly instructions: number;
  /** The innermost loop that holds most multiply-adds, or if none does any, most loads. */
  readonly loop: Loop | undefined;
}

/** A loop, each of whose instructions is taken as executed once a round. */
export interface Loop {
  readonly instructions: number;
  readonly multiplyAdds: number;
  /** Loads from memory that are under way at once before the code waits for one. */
  readonly loadsInFlight: number;
}

interface Instruction {
  readonly op: string;
  readonly operands: string;
}

const isMultiplyAdd = ({ op }: Instruction) => /^v_(dual_|pk_)?fma/.test(op);
const isLoad = ({ op }: Instruction) => /^(buffer|global)_load/.test(op);

/** The figures of each dispatch in what `compile.ts` and the driver wrote. */
export function parseLog(log: string): IsaFigures[] {
  const parts = log.split(/^@@@ /m).slice(1);
  const failure = parts.find((part) => part.startsWith("error "));
  if (failure !== undefined) throw new Error(failure.split("\n")[0]);
  return parts.filter((part) => part.startsWith("dispatch ")).map((part) => {
    const [, workgroups, name] = /^dispatch (\d+) (.*)/.exec(part)!;
    const number = (label: string) => {
      const found = new RegExp(`^${label}: (\\d+)`, "m").exec(part)?.[1];
      if (found === undefined) throw new Error(`${name}: the driver does not say "${label}"`);
      return Number(found);
    };
    return {
      name: name!,
      workgroups: Number(workgroups),
      registers: number("VGPRs"),
      spilled: number("Spilled VGPRs"),
      localBytes: number("LDS size"),
      waves: number("Subgroups per SIMD"),
      instructions: number("Instructions"),
      loop: mainLoop(part.slice(part.lastIndexOf("disasm:"))),
    };
  });
}

function mainLoop(disassembly: string): Loop | undefined {
  const code: Instruction[] = [], labels = new Map<string, number>();
  for (const line of disassembly.split("\n")) {
    const label = /^(BB\d+):/.exec(line)?.[1];
    if (label !== undefined) labels.set(label, code.length);
    const [, op, operands] = /^\s+([a-z]\w+)([^;]*)/.exec(line) ?? [];
    if (op !== undefined) code.push({ op, operands: operands!.trim() });
  }
  const loops = code.flatMap(({ op, operands }, end) => {
    const start = /^s_c?branch/.test(op) ? labels.get(operands.split(" ").at(-1)!) : undefined;
    return start !== undefined && start <= end ? [code.slice(start, end + 1)] : [];
  }).map((body): Loop => ({
    instructions: body.length,
    multiplyAdds: body.filter(isMultiplyAdd).length,
    loadsInFlight: inFlight(body),
  }));
  return loops.sort((a, b) =>
    b.multiplyAdds - a.multiplyAdds || b.loadsInFlight - a.loadsInFlight ||
    a.instructions - b.instructions
  )[0];
}

/** Loads under way at most, if a wait lets so many go on as it says. */
function inFlight(code: readonly Instruction[]): number {
  let now = 0, most = 0;
  for (const instruction of code) {
    if (isLoad(instruction)) most = Math.max(most, ++now);
    const left = /vmcnt\((\d+)\)/.exec(instruction.operands)?.[1];
    if (instruction.op === "s_waitcnt" && left !== undefined) now = Math.min(now, Number(left));
  }
  return most;
}
