//===- QuantizeDynamic.cpp - Float matmuls to integer ones ----------------===//

#include "QuantExt/Pipelines/Pipelines.h"
#include "QuantExt/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::quant_ext;

void quant_ext::buildQuantizeDynamicPipeline(
    OpPassManager &pm, const QuantizeDynamicOptions &options) {
  QuantizeWeightsOptions weights;
  weights.contractionsOnly = true;
  weights.location = options.location;
  weights.ops.assign(options.ops.begin(), options.ops.end());
  pm.addPass(createQuantizeWeights(weights));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createMoveQDQ());
  pm.addPass(createCollapseRows());
  // What contractions start from is seen to be zero only without a reshape.
  pm.addPass(createCanonicalizerPass());
  QuantizeActivationsOptions activations;
  activations.granularity = options.granularity;
  pm.addPass(createQuantizeActivations(activations));
  pm.addPass(createQDQToInteger());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createDropUnusedResources());
}
