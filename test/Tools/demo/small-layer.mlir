// REQUIRES: onnx, host-x86

// A layer of a few elements takes less time than its call; timing it must come to
// an end all the same. The time is the user's to judge.
// RUN: %quant-opt %s -o %t.float.mlir --pass-pipeline='builtin.module(quant-ext-to-llvm{emit-c-interface=true})'
// RUN: %mlir-translate --mlir-to-llvmir %t.float.mlir -o %t.ll
// RUN: %clang -O2 -shared -fPIC -Wno-override-module -x ir %t.ll -o %t.so
// RUN: %python %src_root/tools/demo-layer.py %s | FileCheck %s --check-prefix=NAME
// NAME: small
// RUN: timeout 60 %python %src_root/tools/demo-layer.py %s --function small first=%t.so second=%t.so | FileCheck %s
// CHECK: layer small: 4 parameters, input 2x2
// CHECK: first {{.*}} us
// The same library twice: no difference.
// CHECK: second {{.*}} us output SQNR inf dB

func.func @small(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %zero = arith.constant dense<0.0> : tensor<2x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<2x2xf32>, tensor<2x2xf32>) outs(%zero : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
