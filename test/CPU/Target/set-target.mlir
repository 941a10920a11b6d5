// DEFINE: %{target} =
// DEFINE: %{set} = %quant-opt --pass-pipeline="builtin.module(quant-ext-set-target{%{target}})" %s
// REDEFINE: %{target} = target=x86-64-v4
// RUN: %{set} | FileCheck %s --check-prefixes=CHECK,V4
// REDEFINE: %{target} = target=x86-64-v3
// RUN: %{set} | FileCheck %s --check-prefixes=CHECK,V3
// REDEFINE: %{target} = target=x86-64-v2
// RUN: %{set} | FileCheck %s --check-prefixes=CHECK,V2
// REDEFINE: %{target} = target=aarch64
// RUN: %{set} | FileCheck %s --check-prefixes=CHECK,NEON
// REDEFINE: %{target} = target=znver4
// RUN: %{set} | FileCheck %s --check-prefixes=CHECK,ZNVER4
// REDEFINE: %{target} = target=x86-64-v3 features=-fma,+avxvnni
// RUN: %{set} | FileCheck %s --check-prefixes=CHECK,FEATURES
// REDEFINE: %{target} = target=native
// RUN: %{set} | FileCheck %s --check-prefixes=CHECK,NATIVE

// What a target lacks is written out with a minus sign: a JIT starts from the
// features of its host. Features are in alphabetical order.
// CHECK-LABEL: func.func @f()
// V4-SAME: target_cpu = "x86-64-v4"
// V4-SAME: "+avx2", {{.*}}"-avx512bf16", {{.*}}"+avx512bw", {{.*}}"+avx512dq", "+avx512f", {{.*}}"+avx512vl", "-avx512vnni", {{.*}}"+f16c"
// V3-SAME: target_cpu = "x86-64-v3"
// V3-SAME: "+avx2", {{.*}}"-avx512f", {{.*}}"-avx512vnni", {{.*}}"-avxvnni", {{.*}}"+f16c", {{.*}}"+fma"
// V2-SAME: target_cpu = "x86-64-v2"
// V2-SAME: "-avx", {{.*}}"-avx2", {{.*}}"-avx512f", {{.*}}"-f16c", {{.*}}"-fma", {{.*}}"+sse4.2"
// NEON-SAME: target_cpu = "generic"
// NEON-SAME: "-dotprod", {{.*}}"-fullfp16", {{.*}}"+neon", {{.*}}"-sve"
// ZNVER4-SAME: target_cpu = "znver4"
// ZNVER4-SAME: "+avx512bf16", {{.*}}"+avx512vnni", {{.*}}"-avxvnni"
// FEATURES-SAME: target_cpu = "x86-64-v3"
// FEATURES-SAME: "-avx512vnni", {{.*}}"+avxvnni", {{.*}}"-fma"
// NATIVE-SAME: target_cpu = "{{[^"]+}}"
// NATIVE-SAME: #llvm.target_features<["
func.func @f() {
  return
}

// A function that names a CPU was compiled for it on purpose.
// CHECK-LABEL: func.func @own_cpu()
// CHECK-SAME: attributes {target_cpu = "skylake"} {
func.func @own_cpu() attributes {target_cpu = "skylake"} {
  return
}

// CHECK-LABEL: func.func private @declaration()
// CHECK-NOT: target_cpu
// CHECK-LABEL: module @nested
func.func private @declaration()

// CHECK: func.func @inner() attributes {target_cpu
module @nested {
  func.func @inner() {
    return
  }
}
