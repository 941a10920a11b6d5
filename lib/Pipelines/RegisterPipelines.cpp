//===- RegisterPipelines.cpp - The names of the pipelines -----------------===//

#include "QuantExt/Pipelines/Pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace mlir::quant_ext;

void quant_ext::registerQuantExtPipelines() {
  PassPipelineRegistration<QuantExtToLLVMOptions>(
      "quant-ext-to-llvm",
      "Compile quant_ext and linalg on tensors to the llvm dialect, vectorized "
      "for a target",
      buildQuantExtToLLVMPipeline);
  PassPipelineRegistration<QuantizeDynamicOptions>(
      "quant-ext-quantize-dynamic",
      "Compute contractions with constant weights in integers of 8 bits, with "
      "activations quantized at run time",
      buildQuantizeDynamicPipeline);
}
