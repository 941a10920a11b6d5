//===- InitAll.cpp - Everything a tool registers --------------------------===//

#include "QuantExt/InitAll.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/Conversion/Passes.h"
#include "QuantExt/IR/QuantExt.h"
#include "QuantExt/Pipelines/Pipelines.h"
#include "QuantExt/Transforms/Passes.h"

using namespace mlir;

void quant_ext::registerAllDialects(DialectRegistry &registry) {
  registry.insert<QuantExtDialect>();
}

void quant_ext::registerAllPasses() {
  registerQuantExtTransformsPasses();
  registerQuantExtConversionPasses();
  registerQuantExtCPUPasses();
  registerQuantExtPipelines();
}
