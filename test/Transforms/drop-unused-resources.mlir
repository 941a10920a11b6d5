// RUN: %quant-opt %s -allow-unregistered-dialect -o %t --remarks-filter=quant-ext-drop-unused-resources \
// RUN:   --pass-pipeline='builtin.module(canonicalize,quant-ext-drop-unused-resources)' 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file=%t
// What was kept is whole.
// RUN: %quant-opt %t -allow-unregistered-dialect --pass-pipeline='builtin.module(quant-ext-check-params)' -o /dev/null

// Without canonicalize the dead constants still use their resources.
// RUN: %quant-opt %s -allow-unregistered-dialect -o /dev/null --remarks-filter=quant-ext-drop-unused-resources \
// RUN:   --pass-pipeline='builtin.module(quant-ext-drop-unused-resources)' 2>&1 | FileCheck %s --check-prefix=EARLY
// EARLY: remark: [Analysis] dropped | {{.*}} | Blobs=0, Bytes=0

// Two blobs go, of 8 and of 12 bytes; the third of the dead constants names a
// blob that another function uses.
// REMARK: remark: [Analysis] dropped | Category:quant-ext-drop-unused-resources | Blobs=2, Bytes=20, Remark="blobs that no operation uses"

module {
  // CHECK-LABEL: func @used
  // CHECK: dense_resource<shared> : tensor<2xf32>
  func.func @used() -> tensor<2xf32> {
    %0 = arith.constant dense_resource<shared> : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
  func.func @unused() {
    %0 = arith.constant dense_resource<shared> : tensor<2xf32>
    %1 = arith.constant dense_resource<dropped> : tensor<2xf32>
    %2 = arith.constant dense_resource<dropped_too> : tensor<3xf32>
    return
  }
  // Uses at any depth, in a nested module, in types, in locations.
  module @inner {
    // CHECK: dense_resource<nested>
    "test.op"() {list = [{value = dense_resource<nested> : tensor<1xf32>}]} : () -> ()
  }
  // CHECK: dense_resource<encoding>
  func.func private @declared(tensor<4xf32, dense_resource<encoding> : tensor<1xf32>>)
  "test.op"() : () -> () loc(fused<dense_resource<located> : tensor<1xf32>>["here"])
}

// CHECK-DAG: shared: "0x040000000000803F00000040"
// CHECK-DAG: nested: "0x040000000000803F"
// CHECK-DAG: encoding: "0x040000000000803F"
// CHECK-NOT: dropped
{-# dialect_resources: { builtin: {
  shared: "0x040000000000803F00000040",
  dropped: "0x040000000000803F00000040",
  dropped_too: "0x040000000000803F0000004000004040",
  nested: "0x040000000000803F",
  encoding: "0x040000000000803F",
  located: "0x040000000000803F"
} } #-}
