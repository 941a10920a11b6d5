// RUN: %quant-opt --pass-pipeline="builtin.module(gpu.module(xegpu-blocking))" %s | FileCheck %s

// Operations on elements say by which shape they can be unrolled. Of MLIR's
// passes, this one asks: `inst_data` is the shape to unroll to.
gpu.module @unroll {
  // CHECK-LABEL: gpu.func @quantize
  // CHECK-COUNT-2: quant_ext.apply_quantize %{{.*}}, %{{.*}}, %{{.*}} storage = <u8> division = reciprocal : (vector<4xf16>, vector<4xf32>, vector<4xi8>) -> vector<4xi8>
  // CHECK-NOT: quant_ext
  gpu.func @quantize(%x: vector<8xf16>, %s: vector<8xf32>, %z: vector<8xi8>) -> vector<8xi8> {
    %0 = quant_ext.apply_quantize %x, %s, %z storage = <u8> division = reciprocal {layout_result_0 = #xegpu.layout<inst_data = [4]>} : (vector<8xf16>, vector<8xf32>, vector<8xi8>) -> vector<8xi8>
    gpu.return %0 : vector<8xi8>
  }

  // Two dimensions, both cut.
  // CHECK-LABEL: gpu.func @dequantize
  // CHECK-COUNT-4: quant_ext.apply_dequantize %{{.*}}, %{{.*}} storage = <i8> : (vector<2x4xi8>, vector<2x4xf32>) -> vector<2x4xbf16>
  // CHECK-NOT: quant_ext
  gpu.func @dequantize(%q: vector<4x8xi8>, %s: vector<4x8xf32>) -> vector<4x8xbf16> {
    %0 = quant_ext.apply_dequantize %q, %s storage = <i8> {layout_result_0 = #xegpu.layout<inst_data = [2, 4]>} : (vector<4x8xi8>, vector<4x8xf32>) -> vector<4x8xbf16>
    gpu.return %0 : vector<4x8xbf16>
  }

  // CHECK-LABEL: gpu.func @multiplier
  // CHECK-COUNT-2: quant_ext.apply_multiplier %{{.*}} : (vector<4xf32>, vector<4xf16>) -> vector<4xf32>
  // CHECK-NOT: quant_ext
  gpu.func @multiplier(%a: vector<8xf32>, %b: vector<8xf16>) -> vector<8xf32> {
    %0 = quant_ext.apply_multiplier %a, %b {layout_result_0 = #xegpu.layout<inst_data = [4]>} : (vector<8xf32>, vector<8xf16>) -> vector<8xf32>
    gpu.return %0 : vector<8xf32>
  }

  // CHECK-LABEL: gpu.func @requantize
  // CHECK-COUNT-2: quant_ext.apply_requantize %{{.*}} by %{{.*}} out(%{{.*}}) storage_in = <i32> storage = <u8> : (vector<4xi32>, vector<4xf32>, vector<4xi8>) -> vector<4xi8>
  // CHECK-NOT: quant_ext
  gpu.func @requantize(%a: vector<8xi32>, %m: vector<8xf32>, %z: vector<8xi8>) -> vector<8xi8> {
    %0 = quant_ext.apply_requantize %a by %m out(%z) storage_in = <i32> storage = <u8> {layout_result_0 = #xegpu.layout<inst_data = [4]>} : (vector<8xi32>, vector<8xf32>, vector<8xi8>) -> vector<8xi8>
    gpu.return %0 : vector<8xi8>
  }

  // CHECK-LABEL: gpu.func @fixed_point
  // CHECK-COUNT-2: quant_ext.apply_requantize_fixed_point %{{.*}} by(%{{.*}}, %{{.*}}) storage_in = <i32> storage = <i8> : (vector<4xi32>, vector<4xi32>, vector<4xi8>) -> vector<4xi8>
  // CHECK-NOT: quant_ext
  gpu.func @fixed_point(%a: vector<8xi32>, %m: vector<8xi32>, %s: vector<8xi8>) -> vector<8xi8> {
    %0 = quant_ext.apply_requantize_fixed_point %a by(%m, %s) storage_in = <i32> storage = <i8> {layout_result_0 = #xegpu.layout<inst_data = [4]>} : (vector<8xi32>, vector<8xi32>, vector<8xi8>) -> vector<8xi8>
    gpu.return %0 : vector<8xi8>
  }

  // CHECK-LABEL: gpu.func @scale
  // CHECK-COUNT-2: quant_ext.apply_choose_scale %{{.*}} storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> : (vector<4xf32>) -> vector<4xf8E8M0FNU>
  // CHECK-NOT: quant_ext
  gpu.func @scale(%m: vector<8xf32>) -> vector<8xf8E8M0FNU> {
    %0 = quant_ext.apply_choose_scale %m storage = <f4E2M1FN> scale_storage = <f8E8M0FNU> {layout_result_0 = #xegpu.layout<inst_data = [4]>} : (vector<8xf32>) -> vector<8xf8E8M0FNU>
    gpu.return %0 : vector<8xf8E8M0FNU>
  }

  // CHECK-LABEL: gpu.func @choose
  // CHECK-COUNT-2: quant_ext.apply_choose_qparams %{{.*}} storage = <i8> : (vector<4xf32>) -> vector<4xf32>
  // CHECK-NOT: quant_ext
  gpu.func @choose(%m: vector<8xf32>) -> vector<8xf32> {
    %0 = quant_ext.apply_choose_qparams %m storage = <i8> {layout_result_0 = #xegpu.layout<inst_data = [4]>} : (vector<8xf32>) -> vector<8xf32>
    gpu.return %0 : vector<8xf32>
  }
}
