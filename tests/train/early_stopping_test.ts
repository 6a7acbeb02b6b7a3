import { assertEquals, assertThrows } from "@std/assert";
import { EarlyStopper } from "../../lib/train/early_stopping.ts";
import type { EpochRecord } from "../../lib/train/epoch_record.ts";

const record = (loss: number, validation?: { loss: number; top1?: number }): EpochRecord => ({
  epoch: 1,
  step: 1,
  loss,
  learningRate: 0.1,
  seconds: 1,
  imagesPerSecond: 1,
  ...validation && { validation },
});

Deno.test("it bears so many epochs without improvement", () => {
  const stopper = new EarlyStopper({ patience: 1 });
  const verdicts = [3, 2, 2, 1, 1, 1].map((loss) => stopper.report(record(loss)));
  assertEquals(verdicts.map(({ improved }) => improved), [true, true, false, true, false, false]);
  assertEquals(verdicts.map(({ stop }) => stop), [false, false, false, false, false, true]);
});

Deno.test("it watches the validation where there is one, and accuracy upwards", () => {
  const stopper = new EarlyStopper({ patience: 0 });
  assertEquals(stopper.report(record(1, { loss: 2 })).stop, false);
  assertEquals(stopper.report(record(0.5, { loss: 2 })).stop, true);
  const accuracy = new EarlyStopper({ monitor: "validationTop1", patience: 0, minimumChange: 0.1 });
  assertEquals(accuracy.report(record(1, { loss: 1, top1: 0.5 })).stop, false);
  assertEquals(accuracy.report(record(1, { loss: 1, top1: 0.7 })).stop, false);
  assertEquals(accuracy.report(record(1, { loss: 1, top1: 0.75 })).stop, true);
});

Deno.test("it goes on from a saved state", () => {
  const stopper = new EarlyStopper({ patience: 1 });
  for (const loss of [2, 2]) stopper.report(record(loss));
  const resumed = new EarlyStopper({ patience: 1 });
  resumed.restore(JSON.parse(JSON.stringify(stopper.state())));
  assertEquals(resumed.isOver, false);
  assertEquals(resumed.report(record(2)).stop, true);
  assertEquals(resumed.isOver, true);
});

Deno.test("what cannot be watched is refused", () => {
  const check = (monitor: string, hasValidation = false) => () =>
    new EarlyStopper({ monitor }).check(["loss", "top1", "kind.loss"], hasValidation);
  for (const monitor of ["loss", "kind.loss"]) check(monitor)();
  for (const monitor of ["validationLoss", "validation.kind.loss", "top1"]) check(monitor, true)();
  for (const monitor of ["validationTop1", "validation.top1"]) {
    assertThrows(check(monitor), TypeError, `${JSON.stringify(monitor)} needs validation data`);
  }
  assertThrows(check("kind.los"), RangeError, 'did you mean "kind.loss"?');
  assertThrows(check("accuracy", true), RangeError, 'unknown measure "accuracy"');
  assertThrows(
    () => new EarlyStopper({ monitor: "top1" }).report(record(1)),
    TypeError,
    'monitor: "top1" was not measured',
  );
});

Deno.test("it watches any measure by name: shares upwards, all else down, unless it is told", () => {
  const epoch = (values: object): EpochRecord => ({ ...record(1), ...values });
  const improves = (monitor: string, values: readonly object[], mode?: "min" | "max") => {
    const stopper = new EarlyStopper({ monitor, ...mode && { mode } });
    return values.map((value) => stopper.report(epoch(value)).improved);
  };
  const ofOutput = (loss: number, top1: number) => ({ outputs: { "a.b": { loss, top1 } } });
  assertEquals(improves("a.b.loss", [ofOutput(2, 0), ofOutput(1, 0), ofOutput(3, 0)]), [
    true,
    true,
    false,
  ]);
  assertEquals(improves("a.b.top1", [ofOutput(2, 0), ofOutput(1, 1), ofOutput(3, 0)]), [
    true,
    true,
    false,
  ]);
  const own = [1, 2, 0].map((share) => ({ validation: { loss: 1, metrics: { share } } }));
  assertEquals(improves("validation.share", own), [true, false, true]);
  assertEquals(improves("validation.share", own, "max"), [true, true, false]);
  assertEquals(improves("accuracy", [{ accuracy: 0.1 }, { accuracy: 0.2 }]), [true, true]);
});
