// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-check-lowered)" --split-input-file --verify-diagnostics %s

llvm.func @lowered(%x: i32) -> i32 {
  %y = llvm.add %x, %x : i32
  llvm.return %y : i32
}

gpu.module @device {
  gpu.func @other_passes(%x: i32) {
    %y = arith.addi %x, %x : i32
    gpu.return
  }
}

// -----

// The first of each function.
llvm.func @inside(%x: i32) -> i32 {
  // expected-error @+1 {{'arith.addi' op must be lowered to the LLVM dialect, found nothing that lowers it}}
  %y = arith.addi %x, %x : i32
  %z = arith.addi %y, %x : i32
  llvm.return %z : i32
}

// expected-error @+1 {{'func.func' op must be lowered to the LLVM dialect}}
func.func @whole(%x: i32) -> i32 {
  %y = arith.addi %x, %x : i32
  return %y : i32
}

llvm.func @cast(%x: i64) -> i32 {
  // expected-error @+1 {{'builtin.unrealized_conversion_cast' op must be lowered}}
  %y = builtin.unrealized_conversion_cast %x : i64 to i32
  llvm.return %y : i32
}

// -----

module {
  module {
    // expected-error @+1 {{'func.func' op must be lowered}}
    func.func @nested() {
      return
    }
  }
}

// -----

llvm.func @other_dialect(%x: f32) -> f32 {
  // expected-error @+1 {{'spirv.FAdd' op must be lowered}}
  %y = spirv.FAdd %x, %x : f32
  llvm.return %y : f32
}
