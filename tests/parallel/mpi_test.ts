/** Processes that Open MPI has started. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { openMpi } from "../../lib/parallel/mpi_library.ts";
import { joinProcesses, MpiError } from "../../mod.ts";
import { needs } from "../setup/needs.ts";
import { allowsHosts, Hosts } from "./hosts.ts";
import { programArguments, resultOf, runProgram } from "./mpirun.ts";
import { cases, difference, joined, trained } from "./nets.ts";

/** A test that needs Open MPI. */
const mpiTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `MPI: ${name}`, ignore: !needs.mpi.met, fn });

Deno.test("a process that was started alone is a group of one", async () => {
  const group = await joinProcesses({ checkEvery: 10 });
  assertEquals([group.rank, group.size], [0, 1]);
  assertEquals(await group.gatherTexts("here"), ["here"]);
  const numbers = Float32Array.of(1, 2);
  await group.sum(numbers);
  assertEquals(numbers, Float32Array.of(1, 2));
});

mpiTest("numbers of every size are summed and gathered; who is late is named", async () => {
  const { code, said: [found], errors } = await runProgram(3, "exchanges.ts", ["none", "late"]);
  assertEquals(code, 0, errors);
  assert(found.largest < 1e-6, `${found.largest}`);
  assertEquals(found.all, [3, 6]);
  assertEquals(found.gathered, [0, 0.5, 1, 1.5, 2, 2.5]);
  assertEquals(found.texts, ["0", "ä1", "ää2"]);
  assert(/process 1 is late: the others have waited \d s/.test(errors), errors);
});

mpiTest("numbers that travel as f16 are as near as f16 is", async () => {
  const { said: [found], errors } = await runProgram(2, "exchanges.ts", ["f16"]);
  assert(found.largest > 1e-6 && found.largest < 2 ** -10, `${found.largest} ${errors}`);
});

mpiTest("two train as one does, with the same bits in every run", async () => {
  const args = ["LeNet-5", JSON.stringify({ checkEvery: 10, bucketBytes: 20_000 })];
  const [once, again] = [
    await runProgram(2, "train.ts", args),
    await runProgram(2, "train.ts", args),
  ];
  assertEquals(once.code, 0, once.errors);
  const [{ losses, weights }] = once.said, alone = await trained(cases["LeNet-5"]!);
  assertEquals(again.said[0].weights, weights);
  assertEquals(again.said[0].losses, losses);
  const apart = difference(joined(alone.weights), weights);
  assert(apart < 1e-5, `weights differ by ${apart}`);
  assert(difference(alone.losses, losses) < 1e-5);
});

Deno.test({
  name: "MPI: two hosts train as one does, over TCP",
  ignore: !needs.mpi.met || !allowsHosts(),
  async fn() {
    await using hosts = await Hosts.open();
    const args = programArguments("train.ts", [
      "synchronized batch norm, a process without examples",
    ]);
    const { code, said: [found], errors } = resultOf(await hosts.mpirun(args).output());
    assertEquals(code, 0, errors);
    const alone = await trained(cases["synchronized batch norm, a process without examples"]!);
    assert(difference(joined(alone.weights), found.weights) < 1e-5);
    assert(found.bytes > 0);
  },
});

Deno.test("what is missing is said, and what to do", async () => {
  assertThrows(
    () => openMpi("libmpi.so.0"),
    MpiError,
    "apt-get install -y openmpi-bin libopenmpi3",
  );
  const join = `
    import { joinProcesses } from "${new URL("../../mod.ts", import.meta.url)}";
    await joinProcesses().catch(({ name, message }) => console.log(name, message));`;
  const program = `data:application/typescript,${encodeURIComponent(join)}`;
  const started = async (env: Record<string, string>, ...flags: string[]) => {
    const args = ["run", "--no-check", "--quiet", ...flags, program];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, env }).output();
    return new TextDecoder().decode(stdout);
  };
  const other = await started({ PMI_SIZE: "2" }, "--allow-all");
  assert(/MpiError .*started by MPICH or another MPI.*mpirun\.openmpi/.test(other), other);
  const env = { OMPI_COMM_WORLD_SIZE: "2" };
  const refused = await started(
    env,
    "--no-prompt",
    "--allow-env",
    "--allow-read",
    "--allow-import",
  );
  assert(/MpiError .*run with --allow-ffi/.test(refused), refused);
});
