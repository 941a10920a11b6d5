// RUN: %quant-opt --pass-pipeline="builtin.module(func.func(canonicalize))" --split-input-file %s | FileCheck %s

// Numbers have 3 bits of fraction: 1.0625 and 1.1875 are ties between 1, 1.125
// and 1.25, of which 1 and 1.25 have an even last bit. The smallest number is
// 2^-9: 2^-10 is the tie with 0, and 3 * 2^-10 the one of 2^-9 and 2^-8. The
// next number after 448 would be 480, and 464 halfway is the tie with 448.
// CHECK-LABEL: func @e4m3fn
// CHECK: arith.constant dense<[1.000000e+00, 1.250000e+00, 0.000000e+00, 3.906250e-03, 4.480000e+02, 4.480000e+02, -4.480000e+02, 0x7F, -0.000000e+00]> : tensor<9xf8E4M3FN>
func.func @e4m3fn() -> tensor<9xf8E4M3FN> {
  %x = arith.constant dense<[1.0625, 1.1875, 0.0009765625, 0.0029296875, 464.0, 465.0, 0xFF800000, 0xFFC00000, -0.0]> : tensor<9xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <f8E4M3FN> : (tensor<9xf32>, tensor<f32>) -> tensor<9xf8E4M3FN>
  return %q : tensor<9xf8E4M3FN>
}

// -----

// No infinity: what overflows, 465 and infinities, is NaN.
// CHECK-LABEL: func @e4m3fn_overflow
// CHECK: arith.constant dense<[4.480000e+02, 0x7F, 0x7F, 0x7F]> : tensor<4xf8E4M3FN>
func.func @e4m3fn_overflow() -> tensor<4xf8E4M3FN> {
  %x = arith.constant dense<[464.0, 465.0, -465.0, 0x7F800000]> : tensor<4xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <f8E4M3FN> saturate = false : (tensor<4xf32>, tensor<f32>) -> tensor<4xf8E4M3FN>
  return %q : tensor<4xf8E4M3FN>
}

// -----

// 61440 is halfway from 57344 to 65536, whose last bit would be the even one.
// Infinities exist; the quiet NaN is 0x7E.
// CHECK-LABEL: func @e5m2_overflow
// CHECK-DAG: arith.constant dense<[5.734400e+04, 0x7C, 0xFC, 0x7C, 0x7E]> : tensor<5xf8E5M2>
// CHECK-DAG: arith.constant dense<[5.734400e+04, 5.734400e+04, -5.734400e+04, 5.734400e+04, 0x7E]> : tensor<5xf8E5M2>
func.func @e5m2_overflow() -> (tensor<5xf8E5M2>, tensor<5xf8E5M2>) {
  %x = arith.constant dense<[61439.0, 61440.0, -61440.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <f8E5M2> saturate = false : (tensor<5xf32>, tensor<f32>) -> tensor<5xf8E5M2>
  %r = quant_ext.quantize %x, %s storage = <f8E5M2> : (tensor<5xf32>, tensor<f32>) -> tensor<5xf8E5M2>
  return %q, %r : tensor<5xf8E5M2>, tensor<5xf8E5M2>
}

// -----

// The pattern of -0 is the NaN, so that -0, and what rounds to it, are +0. The
// largest numbers have an odd last bit: 248, halfway to 256, is beyond.
// CHECK-LABEL: func @fnuz
// CHECK-DAG: arith.constant dense<[0.000000e+00, 0.000000e+00, 2.400000e+02, 0x80, 0x80, 0x80]> : tensor<6xf8E4M3FNUZ>
// CHECK-DAG: arith.constant dense<[0.000000e+00, 0.000000e+00, 2.240000e+02, 5.734400e+04, 2.560000e+02, 0x80]> : tensor<6xf8E5M2FNUZ>
func.func @fnuz() -> (tensor<6xf8E4M3FNUZ>, tensor<6xf8E5M2FNUZ>) {
  // With 2 bits of fraction the neighbours are 224 and 256.
  %x = arith.constant dense<[-0.0, -1.0e-30, 247.0, 0x7F800000, 248.0, 0x7FC00000]> : tensor<6xf32>
  %y = arith.constant dense<[-0.0, -1.0e-30, 239.0, 0x7F800000, 248.0, 0x7FC00000]> : tensor<6xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <f8E4M3FNUZ> saturate = false : (tensor<6xf32>, tensor<f32>) -> tensor<6xf8E4M3FNUZ>
  %r = quant_ext.quantize %y, %s storage = <f8E5M2FNUZ> : (tensor<6xf32>, tensor<f32>) -> tensor<6xf8E5M2FNUZ>
  return %q, %r : tensor<6xf8E4M3FNUZ>, tensor<6xf8E5M2FNUZ>
}

// -----

// The numbers are 0, 0.5, 1, 1.5, 2, 3, 4 and 6; at the ties 0.25, 0.75, 2.5, 5
// the even pattern is that of 0, 1, 2 and 4. There is no NaN.
// CHECK-LABEL: func @e2m1fn
// CHECK: arith.constant dense<[0.000000e+00, 1.000000e+00, 2.000000e+00, 4.000000e+00, 6.000000e+00, -6.000000e+00, 0.000000e+00, -0.000000e+00]> : tensor<8xf4E2M1FN>
func.func @e2m1fn() -> tensor<8xf4E2M1FN> {
  %x = arith.constant dense<[0.25, 0.75, 2.5, 5.0, 0x7F800000, -100.0, 0xFFC00000, -0.125]> : tensor<8xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <f4E2M1FN> : (tensor<8xf32>, tensor<f32>) -> tensor<8xf4E2M1FN>
  return %q : tensor<8xf4E2M1FN>
}

// -----

// Once, not by way of f32: 1.0625 + 2^-40 is above the tie and rounds up, but
// in f32 it would be the tie, and then 1.
// CHECK-LABEL: func @rounds_f64_once
// CHECK: arith.constant dense<1.125000e+00> : tensor<1xf8E4M3FN>
func.func @rounds_f64_once() -> tensor<1xf8E4M3FN> {
  %x = arith.constant dense<0x3FF1000000001000> : tensor<1xf64>
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %x, %s storage = <f8E4M3FN> : (tensor<1xf64>, tensor<f32>) -> tensor<1xf8E4M3FN>
  return %q : tensor<1xf8E4M3FN>
}

// -----

// max|x| / qmax: 6 / 448, 6 / 240, 6 / 57344 and 6 / 6 in f32, all correctly
// rounded.
// CHECK-LABEL: func @choose_qparams
// CHECK-DAG: %[[A:.*]] = arith.constant dense<0.0133928573> : tensor<f32>
// CHECK-DAG: %[[B:.*]] = arith.constant dense<2.500000e-02> : tensor<f32>
// CHECK-DAG: %[[C:.*]] = arith.constant dense<1.04631697E-4> : tensor<f32>
// CHECK-DAG: %[[D:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK: return %[[A]], %[[B]], %[[C]], %[[C]], %[[D]]
func.func @choose_qparams() -> (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) {
  %x = arith.constant dense<[1.0, -6.0, 0x7F800000]> : tensor<3xf32>
  %a = quant_ext.choose_qparams %x storage = <f8E4M3FN> : (tensor<3xf32>) -> tensor<f32>
  %b = quant_ext.choose_qparams %x storage = <f8E4M3FNUZ> : (tensor<3xf32>) -> tensor<f32>
  %c = quant_ext.choose_qparams %x storage = <f8E5M2> : (tensor<3xf32>) -> tensor<f32>
  %d = quant_ext.choose_qparams %x storage = <f8E5M2FNUZ> : (tensor<3xf32>) -> tensor<f32>
  %e = quant_ext.choose_qparams %x storage = <f4E2M1FN> : (tensor<3xf32>) -> tensor<f32>
  return %a, %b, %c, %d, %e : tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
}

// -----

// Operations on elements fold too: 3 / 2 and 1.5 * 2.
// CHECK-LABEL: func @elements
// CHECK-DAG: %[[Q:.*]] = arith.constant 1.500000e+00 : f4E2M1FN
// CHECK-DAG: %[[X:.*]] = arith.constant 3.000000e+00 : bf16
// CHECK: return %[[Q]], %[[X]]
func.func @elements() -> (f4E2M1FN, bf16) {
  %x = arith.constant 3.0 : f32
  %s = arith.constant 2.0 : f32
  %q = quant_ext.apply_quantize %x, %s storage = <f4E2M1FN> : (f32, f32) -> f4E2M1FN
  %y = quant_ext.apply_dequantize %q, %s storage = <f4E2M1FN> : (f4E2M1FN, f32) -> bf16
  return %q, %y : f4E2M1FN, bf16
}

// -----

// A pair is kept, whatever its scale: NaN and the two zeros are not what they
// were everywhere.
// CHECK-LABEL: func @pair_stays
// CHECK: quant_ext.dequantize
// CHECK: quant_ext.quantize
func.func @pair_stays(%q: tensor<4xf8E5M2>) -> tensor<4xf8E5M2> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %x = quant_ext.dequantize %q, %s storage = <f8E5M2> : (tensor<4xf8E5M2>, tensor<f32>) -> tensor<4xf32>
  %r = quant_ext.quantize %x, %s storage = <f8E5M2> : (tensor<4xf32>, tensor<f32>) -> tensor<4xf8E5M2>
  return %r : tensor<4xf8E5M2>
}

// -----

// A resource of floats becomes one of bytes; its key names the storage.
// 0.5, 1.0625 and 1000 are 0x30, 0x38 and 0x7E.
// CHECK-LABEL: func @resource
// CHECK: arith.constant dense_resource<w_f8E4M3FN_{{[0-9a-f]+}}> : tensor<3xf8E4M3FN>
// CHECK: w_f8E4M3FN_{{[0-9a-f]+}}: "0x{{[0-9A-F]+}}30387E"
func.func @resource() -> tensor<3xf8E4M3FN> {
  %w = arith.constant dense_resource<w> : tensor<3xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.quantize %w, %s storage = <f8E4M3FN> : (tensor<3xf32>, tensor<f32>) -> tensor<3xf8E4M3FN>
  return %q : tensor<3xf8E4M3FN>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000003F0000883F00007A44"
    }
  }
#-}
