// DEFINE: %{options} = target=x86-64-v4 features=+avx512vnni
// DEFINE: %{lower} = %quant-opt --pass-pipeline="builtin.module(quant-ext-lower-dot-products{%{options}})" %s
// RUN: %{lower} | FileCheck %s --check-prefix=VNNI512
// REDEFINE: %{options} = target=x86-64-v3 features=+avxvnni
// RUN: %{lower} | FileCheck %s --check-prefix=VNNI256
// REDEFINE: %{options} = target=x86-64-v4
// RUN: %{lower} | FileCheck %s --check-prefix=MADD512
// REDEFINE: %{options} = target=x86-64-v3
// RUN: %{lower} | FileCheck %s --check-prefix=MADD256
// REDEFINE: %{options} = target=x86-64-v2
// RUN: %{lower} | FileCheck %s --check-prefix=MADD128
// REDEFINE: %{options} = target=aarch64 features=+dotprod
// RUN: %{lower} | FileCheck %s --check-prefix=DOT
// REDEFINE: %{options} = target=aarch64
// RUN: %{lower} | FileCheck %s --check-prefix=NEON

#lhs = affine_map<(c, p) -> (p)>
#rhs = affine_map<(c, p) -> (c, p)>
#out = affine_map<(c, p) -> (c)>

// One instruction for each register of columns. A recipe takes only the signs and
// widths that are its own.

// VNNI512-LABEL: func.func @unsigned_signed(
// VNNI512-COUNT-2: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%{{.*}}, %{{.*}}, %{{.*}}) : (vector<16xi32>, vector<64xi8>, vector<64xi8>)
// VNNI512-NOT: {{contract|arith.ext}}
// VNNI256-LABEL: func.func @unsigned_signed(
// VNNI256-COUNT-4: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"(%{{.*}}, %{{.*}}, %{{.*}}) : (vector<8xi32>, vector<32xi8>, vector<32xi8>)
// MADD512-LABEL: func.func @unsigned_signed(
// MADD512: vector.contract
// DOT-LABEL: func.func @unsigned_signed(
// DOT: vector.contract
func.func @unsigned_signed(%a: vector<4xi8>, %b: vector<32x4xi8>, %sums: vector<32xi32>) -> vector<32xi32> {
  %aw = arith.extui %a : vector<4xi8> to vector<4xi32>
  %bw = arith.extsi %b : vector<32x4xi8> to vector<32x4xi32>
  %r = vector.contract {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "reduction"]} %aw, %bw, %sums : vector<4xi32>, vector<32x4xi32> into vector<32xi32>
  return %r : vector<32xi32>
}

// VNNI512-LABEL: func.func @both_signed(
// VNNI512: vector.contract
// DOT-LABEL: func.func @both_signed(
// DOT-COUNT-8: llvm.call_intrinsic "llvm.aarch64.neon.sdot.v4i32.v16i8"
func.func @both_signed(%a: vector<4xi8>, %b: vector<32x4xi8>, %sums: vector<32xi32>) -> vector<32xi32> {
  %aw = arith.extsi %a : vector<4xi8> to vector<4xi32>
  %bw = arith.extsi %b : vector<32x4xi8> to vector<32x4xi32>
  %r = vector.contract {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "reduction"]} %aw, %bw, %sums : vector<4xi32>, vector<32x4xi32> into vector<32xi32>
  return %r : vector<32xi32>
}

// VNNI512-LABEL: func.func @both_unsigned(
// VNNI512: vector.contract
// DOT-LABEL: func.func @both_unsigned(
// DOT-COUNT-8: llvm.call_intrinsic "llvm.aarch64.neon.udot.v4i32.v16i8"
func.func @both_unsigned(%a: vector<4xi8>, %b: vector<32x4xi8>, %sums: vector<32xi32>) -> vector<32xi32> {
  %aw = arith.extui %a : vector<4xi8> to vector<4xi32>
  %bw = arith.extui %b : vector<32x4xi8> to vector<32x4xi32>
  %r = vector.contract {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "reduction"]} %aw, %bw, %sums : vector<4xi32>, vector<32x4xi32> into vector<32xi32>
  return %r : vector<32xi32>
}

// MADD512-LABEL: func.func @pairs(
// MADD512: arith.extui %{{.*}} : vector<64xi8> to vector<64xi16>
// MADD512-COUNT-2: llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"(%{{.*}}, %{{.*}}) : (vector<32xi16>, vector<32xi16>) -> vector<16xi32>
// MADD256-LABEL: func.func @pairs(
// MADD256-COUNT-4: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%{{.*}}, %{{.*}}) : (vector<16xi16>, vector<16xi16>) -> vector<8xi32>
// MADD128-LABEL: func.func @pairs(
// MADD128-COUNT-8: llvm.call_intrinsic "llvm.x86.sse2.pmadd.wd"(%{{.*}}, %{{.*}}) : (vector<8xi16>, vector<8xi16>) -> vector<4xi32>
// MADD128: arith.addi
// NEON-LABEL: func.func @pairs(
// NEON: vector.contract
func.func @pairs(%a: vector<2xi16>, %b: vector<32x2xi8>, %sums: vector<32xi32>) -> vector<32xi32> {
  %aw = arith.extsi %a : vector<2xi16> to vector<2xi32>
  %bw = arith.extui %b : vector<32x2xi8> to vector<32x2xi32>
  %r = vector.contract {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "reduction"]} %aw, %bw, %sums : vector<2xi32>, vector<32x2xi32> into vector<32xi32>
  return %r : vector<32xi32>
}

// NEON-LABEL: func.func @single(
// NEON: arith.extsi %{{.*}} : vector<4xi16> to vector<4xi32>
// NEON: arith.muli %{{.*}}, %{{.*}} : vector<4xi32>
// NEON: arith.addi %{{.*}}, %{{.*}} : vector<4xi32>
func.func @single(%a: vector<1xi16>, %b: vector<4x1xi8>, %sums: vector<4xi32>) -> vector<4xi32> {
  %aw = arith.extsi %a : vector<1xi16> to vector<1xi32>
  %bw = arith.extsi %b : vector<4x1xi8> to vector<4x1xi32>
  %r = vector.contract {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "reduction"]} %aw, %bw, %sums : vector<1xi32>, vector<4x1xi32> into vector<4xi32>
  return %r : vector<4xi32>
}

// What a mask encloses stays one operation.
// VNNI512-LABEL: func.func @masked(
// VNNI512: vector.mask %{{.*}} { vector.contract
func.func @masked(%a: vector<4xi8>, %b: vector<16x4xi8>, %sums: vector<16xi32>, %m: vector<16x4xi1>) -> vector<16xi32> {
  %l = arith.extui %a : vector<4xi8> to vector<4xi32>
  %r = arith.extsi %b : vector<16x4xi8> to vector<16x4xi32>
  %s = vector.mask %m {
    vector.contract {
        indexing_maps = [affine_map<(c, p) -> (p)>, affine_map<(c, p) -> (c, p)>, affine_map<(c, p) -> (c)>],
        iterator_types = ["parallel", "reduction"], kind = #vector.kind<add>}
        %l, %r, %sums : vector<4xi32>, vector<16x4xi32> into vector<16xi32>
  } : vector<16x4xi1> -> vector<16xi32>
  return %s : vector<16xi32>
}
