import { assertEquals, assertThrows } from "@std/assert";
import { emitTile } from "../../../kernels/native/tile.ts";
import { avx2, avx512 } from "../../../kernels/native/vectors.ts";
import { Assembler, at, Label } from "../../../kernels/native/x86.ts";

/** Instructions as GNU binutils' objdump prints the bytes beside them. */
const forms: readonly (readonly [string, string, (code: Assembler) => void])[] = [
  ["mov rax,rbx", "48 8b c3", (code) => code.move("rax", "rbx")],
  ["mov r9,[rsp+0x10]", "4c 8b 4c 24 10", (code) => code.move("r9", at("rsp", 16))],
  ["mov rax,[r13+0]", "49 8b 45 00", (code) => code.move("rax", at("r13"))],
  ["mov rcx,[rbp+0]", "48 8b 4d 00", (code) => code.move("rcx", at("rbp"))],
  ["mov edx,[r12-0x80]", "41 8b 54 24 80", (code) => code.move32("rdx", at("r12", -128))],
  ["mov r8d,[rcx+0x80]", "44 8b 81 80 00 00 00", (code) => code.move32("r8", at("rcx", 128))],
  ["mov [rsp],rdi", "48 89 3c 24", (code) => code.store(at("rsp"), "rdi")],
  ["mov [rdi+0xc],r10d", "44 89 57 0c", (code) => code.store32(at("rdi", 12), "r10")],
  ["mov ecx,0xffffffff", "b9 ff ff ff ff", (code) => code.constant("rcx", 0xffffffff)],
  ["mov r11d,1", "41 bb 01 00 00 00", (code) => code.constant("r11", 1)],
  [
    "movabs rcx,0x123456789abcdef0",
    "48 b9 f0 de bc 9a 78 56 34 12",
    (code) => code.constant("rcx", 0x123456789abcdef0n),
  ],
  ["movabs r14,0x10", "49 be 10 00 00 00 00 00 00 00", (code) => code.constant("r14", 16n)],
  ["add rax,rsi", "48 03 c6", (code) => code.add("rax", "rsi")],
  ["add r15,[rsp+0x100]", "4c 03 bc 24 00 01 00 00", (code) => code.add("r15", at("rsp", 256))],
  ["sub rcx,rax", "48 2b c8", (code) => code.subtract("rcx", "rax")],
  ["sub r8,[rsp+0x100]", "4c 2b 84 24 00 01 00 00", (code) => code.subtract("r8", at("rsp", 256))],
  ["add rsp,-0x60", "48 83 c4 a0", (code) => code.addConstant("rsp", -96)],
  ["add rsi,0x100", "48 81 c6 00 01 00 00", (code) => code.addConstant("rsi", 256)],
  [
    "add qword [rsp+0x20],0x1000",
    "48 81 44 24 20 00 10 00 00",
    (code) => code.addConstant(at("rsp", 32), 4096),
  ],
  ["sub rcx,1", "48 83 e9 01", (code) => code.decrease("rcx")],
  ["sub qword [rsp+8],1", "48 83 6c 24 08 01", (code) => code.decrease(at("rsp", 8))],
  ["cmp dword [rcx+0x18],0", "83 79 18 00", (code) => code.compare32(at("rcx", 24), 0)],
  ["cmp qword [rsp+0x40],1", "48 83 7c 24 40 01", (code) => code.compare(at("rsp", 64), 1)],
  ["imul ecx,ecx,9", "69 c9 09 00 00 00", (code) => code.multiply32("rcx", 9)],
  ["imul r9d,r9d,1000", "45 69 c9 e8 03 00 00", (code) => code.multiply32("r9", 1000)],
  ["and rsp,-0x40", "48 83 e4 c0", (code) => code.and("rsp", -64)],
  ["and ecx,3", "83 e1 03", (code) => code.and32("rcx", 3)],
  ["shr ecx,2", "c1 e9 02", (code) => code.shiftRight32("rcx", 2)],
  ["push rbx", "53", (code) => code.push("rbx")],
  ["push r12", "41 54", (code) => code.push("r12")],
  ["pop r15", "41 5f", (code) => code.pop("r15")],
  ["pop rbp", "5d", (code) => code.pop("rbp")],
  ["ret", "c3", (code) => code.return()],
  ["jmp rax", "ff e0", (code) => code.jumpTo("rax")],
  ["jmp r9", "41 ff e1", (code) => code.jumpTo("r9")],
  ["cpuid", "0f a2", (code) => code.cpuid()],
  ["xgetbv", "0f 01 d0", (code) => code.xgetbv()],
  ["vzeroupper", "c5 f8 77", (code) => code.vzeroupper()],
  ["kmovw k1,ecx", "c4 e1 78 92 c9", (code) => code.kmovw(1, "rcx")],
  ["vmovups ymm9,[rsi+0x40]", "c4 61 7c 10 4e 40", (code) => avx2.load(code, 9, at("rsi", 64))],
  [
    "vmovups ymm1,[rax+r13+0x8]",
    "c4 a1 7c 10 4c 28 08",
    (code) => avx2.load(code, 1, { base: "rax", index: "r13", displacement: 8 }),
  ],
  [
    "vmovups [r8+0x1000],ymm15",
    "c4 41 7c 11 b8 00 10 00 00",
    (code) => avx2.store(code, at("r8", 4096), 15),
  ],
  [
    "vbroadcastss ymm14,[rax+rdx-4]",
    "c4 62 7d 18 74 10 fc",
    (code) => avx2.broadcast(code, 14, { base: "rax", index: "rdx", displacement: -4 }),
  ],
  ["vfmadd231ps ymm3,ymm12,ymm13", "c4 c2 1d b8 dd", (code) => avx2.multiplyAdd(code, 3, 12, 13)],
  [
    "vfnmadd231ps ymm3,ymm12,ymm13",
    "c4 c2 1d bc dd",
    (code) => avx2.multiplySubtract(code, 3, 12, 13),
  ],
  ["vmovups ymm9,ymm12", "c4 41 7c 10 cc", (code) => avx2.copy(code, 9, 12)],
  ["vaddps ymm8,ymm2,ymm8", "c4 41 6c 58 c0", (code) => avx2.compute(code, "add", 8, 2, 8)],
  [
    "vmulps ymm8,ymm2,[rdx+0x20]",
    "c4 61 6c 59 42 20",
    (code) => avx2.compute(code, "multiply", 8, 2, at("rdx", 32)),
  ],
  ["vsubps ymm8,ymm2,ymm8", "c4 41 6c 5c c0", (code) => avx2.compute(code, "subtract", 8, 2, 8)],
  ["vmaxps ymm8,ymm2,ymm8", "c4 41 6c 5f c0", (code) => avx2.compute(code, "maximum", 8, 2, 8)],
  ["vxorps ymm11,ymm11,ymm11", "c4 41 24 57 db", (code) => avx2.zero(code, 11)],
  [
    "vmovups ymm13,[rip+0x17]; vmaskmovps ymm12,ymm13,[rcx+0x20]",
    "c4 61 7c 10 2d 17 00 00 00 c4 62 15 2c 61 20 0f 1f 84 00 00 00 00 00 0f 1f 84 00 00 00 00 00 90 ff ff ff ff ff ff ff ff ff ff ff ff 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    (code) => {
      const m = avx2.mask(code, 3, 13, true);
      m.load(12, at("rcx", 32));
      m.finish();
    },
  ],
  [
    "vmovups zmm30,[rsi+0x40]",
    "62 61 7c 48 10 76 01",
    (code) => avx512.load(code, 30, at("rsi", 64)),
  ],
  [
    "vmovups zmm7,[rsi+0x44]",
    "62 f1 7c 48 10 be 44 00 00 00",
    (code) => avx512.load(code, 7, at("rsi", 68)),
  ],
  [
    "vmovups zmm16,[rsp-0x2000]",
    "62 e1 7c 48 10 44 24 80",
    (code) => avx512.load(code, 16, at("rsp", -8192)),
  ],
  [
    "vmovups [r12+0x1fc0],zmm25",
    "62 41 7c 48 11 4c 24 7f",
    (code) => avx512.store(code, at("r12", 8128), 25),
  ],
  [
    "vbroadcastss zmm31,[rax+r15+0x4]",
    "62 22 7d 48 18 7c 38 01",
    (code) => avx512.broadcast(code, 31, { base: "rax", index: "r15", displacement: 4 }),
  ],
  [
    "vfmadd231ps zmm20,zmm28,zmm5",
    "62 e2 1d 40 b8 e5",
    (code) => avx512.multiplyAdd(code, 20, 28, 5),
  ],
  [
    "vfmadd231ps zmm4,zmm9,zmm29",
    "62 92 35 48 b8 e5",
    (code) => avx512.multiplyAdd(code, 4, 9, 29),
  ],
  [
    "vfmadd231ps zmm17,zmm24,[rax+rbp+0x1fc]{1to16}",
    "62 e2 3d 50 b8 4c 28 7f",
    (code) =>
      avx512.multiplyAddBroadcast!(code, 17, 24, { base: "rax", index: "rbp", displacement: 508 }),
  ],
  [
    "vfnmadd231ps zmm20,zmm28,zmm5",
    "62 e2 1d 40 bc e5",
    (code) => avx512.multiplySubtract(code, 20, 28, 5),
  ],
  ["vmovups zmm20,zmm29", "62 81 7c 48 10 e5", (code) => avx512.copy(code, 20, 29)],
  ["vbroadcastss zmm31,[rip+0x0]", "62 62 7d 48 18 3d 00 00 00 00", (code) => {
    const next = new Label();
    avx512.broadcast(code, 31, next);
    code.place(next);
  }],
  ["vaddps zmm8,zmm23,zmm8", "62 51 44 40 58 c0", (code) => avx512.compute(code, "add", 8, 23, 8)],
  [
    "vmulps zmm8,zmm23,[rdx+0x40]",
    "62 71 44 40 59 42 01",
    (code) => avx512.compute(code, "multiply", 8, 23, at("rdx", 64)),
  ],
  [
    "vsubps zmm8,zmm23,zmm8",
    "62 51 44 40 5c c0",
    (code) => avx512.compute(code, "subtract", 8, 23, 8),
  ],
  [
    "vmaxps zmm8,zmm23,zmm8",
    "62 51 44 40 5f c0",
    (code) => avx512.compute(code, "maximum", 8, 23, 8),
  ],
  ["vpxord zmm27,zmm27,zmm27", "62 01 25 40 ef db", (code) => avx512.zero(code, 27)],
  [
    "mov ecx,0x1f; kmovw k1,ecx; vmovups zmm29{k1}{z},[rcx+0x40]; vmovups [rcx+0x80]{k1},zmm29",
    "b9 1f 00 00 00 c4 e1 78 92 c9 62 61 7c c9 10 69 01 62 61 7c 49 11 69 02",
    (code) => {
      const m = avx512.mask(code, 5, 13, true);
      m.load(29, at("rcx", 64));
      m.store(at("rcx", 128), 29);
      m.finish();
    },
  ],
  ["jmp 0x11; je 0; jne 0x11", "e9 0c 00 00 00 0f 84 f5 ff ff ff 0f 85 00 00 00 00", (code) => {
    const up = new Label(), down = new Label();
    code.place(up);
    code.jump(down);
    code.jumpIf("zero", up);
    code.jumpIf("notZero", down);
    code.place(down);
  }],
  [
    "ret; nop",
    "c3 0f 1f 84 00 00 00 00 00 0f 1f 84 00 00 00 00 00 0f 1f 84 00 00 00 00 00 0f 1f 80 00 00 00 00",
    (code) => {
      code.return();
      code.align(32);
    },
  ],
  [
    "vmovss [rcx+0x20],xmm0",
    "c4 e1 7a 11 41 20",
    (code) => avx2.mask(code, 1, 13, false).store(at("rcx", 32), 0),
  ],
  [
    "vmovlps [rcx+0x20],xmm9",
    "c4 61 78 13 49 20",
    (code) => avx2.mask(code, 2, 13, false).store(at("rcx", 32), 9),
  ],
  [
    "vmovlps [rcx],xmm11; vextractps [rcx+8],xmm11,2",
    "c4 61 78 13 19 c4 63 79 17 59 08 02",
    (code) => avx2.mask(code, 3, 13, false).store(at("rcx", 0), 11),
  ],
  [
    "vmovups [rcx+0x80],xmm15; vextractf128 xmm15,ymm15,1; vmovss [rcx+0x90],xmm15",
    "c4 61 78 11 b9 80 00 00 00 c4 43 7d 19 ff 01 c4 61 7a 11 b9 90 00 00 00",
    (code) => avx2.mask(code, 5, 13, false).store(at("rcx", 128), 15),
  ],
  [
    "vmovups [r9],xmm3; vextractf128 xmm3,ymm3,1; vmovlps [r9+0x10],xmm3",
    "c4 c1 78 11 19 c4 e3 7d 19 db 01 c4 c1 78 13 59 10",
    (code) => avx2.mask(code, 6, 13, false).store(at("r9", 0), 3),
  ],
  [
    "vmovups [rcx+0x3e8],xmm8; vextractf128 xmm8,ymm8,1; vmovlps [rcx+0x3f8],xmm8; vextractps [rcx+0x400],xmm8,2",
    "c4 61 78 11 81 e8 03 00 00 c4 43 7d 19 c0 01 c4 61 78 13 81 f8 03 00 00 c4 63 79 17 81 00 04 00 00 02",
    (code) => avx2.mask(code, 7, 13, false).store(at("rcx", 1000), 8),
  ],
];

Deno.test("x86: instructions have the bytes that they should", () => {
  for (const [name, bytes, emit] of forms) {
    const code = new Assembler();
    emit(code);
    const found = Array.from(code.code, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    assertEquals(found, bytes, name);
  }
});

Deno.test("x86: what has no encoding is an error", () => {
  const code = new Assembler();
  assertThrows(() => code.addConstant("rax", 2 ** 31), RangeError, "2147483648");
  assertThrows(() => code.move("rax", at("rbx", -(2 ** 31) - 1)), RangeError, "-2147483649");
  assertThrows(() => code.addConstant("rax", NaN), RangeError, "NaN");
  assertThrows(() => code.constant("rax", -1), RangeError, "-1");
  assertThrows(() => avx2.load(code, 16, at("rax")), RangeError, "from 0 to 15, found 16");
  assertThrows(() => avx512.compute(code, "add", 1, 32, 1), RangeError, "from 0 to 31, found 32");
  const index = { base: "rax", index: "rsp", displacement: 0 } as const;
  assertThrows(() => code.move("rax", index), RangeError, "rsp");
  const open = new Assembler();
  open.jump(new Label());
  assertThrows(() => open.code, RangeError, "1 labels have no place");
});

Deno.test("native tiles: what does not fit the registers is an error", () => {
  const block = {
    instructions: "avx2",
    rows: 7,
    vectors: 2,
    rowStride: 64,
    tileStride: 384,
    panelStride: 64,
    resultStride: 64,
    lastColumns: 16,
    resumable: false,
    order: { outer: [], parts: [{ times: 1, loops: [] }] },
  } as const;
  assertThrows(() => emitTile(block), RangeError, "7 rows by 2 vectors needs 17 registers");
  const table = { ...block, instructions: "avx512", rows: 13, rowStride: "table" } as const;
  assertThrows(() => emitTile(table), RangeError, "at most 12, not 13");
  const far = { ...block, rows: 6, rowStride: 2 ** 29 };
  const loops = [{ count: 8, runtime: false, a: 4, b: 64 }];
  const order = { outer: [], parts: [{ times: 1, loops }] };
  assertThrows(() => emitTile({ ...far, order }), RangeError, "no place in an instruction");
});
