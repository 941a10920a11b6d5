// What the pipeline does not lower is an error, not IR that nothing takes.

// RUN: %quant-opt --pass-pipeline="builtin.module(quant-ext-to-llvm)" --split-input-file --verify-diagnostics %s

// expected-error @+1 {{'func.func' op must be lowered to the LLVM dialect, found nothing that lowers it}}
func.func @no_type_of_llvm(%a: none) -> none {
  return %a : none
}

// -----

module {
  module {
    // expected-error @+1 {{'func.func' op must be lowered}}
    func.func @nested(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xi8> {
      %q = quant_ext.quantize %x, %s storage = <i8> : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
      return %q : tensor<4xi8>
    }
  }
}

// -----

llvm.func @lowered_around(%x: f32, %s: f32) -> i8 {
  // expected-error @+1 {{'quant_ext.apply_quantize' op must be lowered}}
  %q = quant_ext.apply_quantize %x, %s storage = <i8> : (f32, f32) -> i8
  llvm.return %q : i8
}
