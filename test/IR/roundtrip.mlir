// RUN: %quant-opt %s | %quant-opt | FileCheck %s
// RUN: %quant-opt %s --emit-bytecode | %quant-opt | FileCheck %s
// RUN: %quant-opt %s --mlir-print-op-generic | %quant-opt | FileCheck %s

// CHECK-LABEL: func @per_axis
// CHECK: quant_ext.choose_qparams %{{.*}} axis = 0 storage = <i8<-127:127>> : (tensor<4x3xf32>) -> tensor<4xf32>
func.func @per_axis(%w: tensor<4x3xf32>) -> tensor<4xf32> {
  %scale = quant_ext.choose_qparams %w axis = 0 storage = <i8<-127:127>> : (tensor<4x3xf32>) -> tensor<4xf32>
  return %scale : tensor<4xf32>
}
