//===- QuantExtToLLVM.cpp - The pipeline to native code -------------------===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/Conversion/Passes.h"
#include "QuantExt/Pipelines/Pipelines.h"
#include "QuantExt/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/Transforms/RequestCWrappers.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Gives a pass the target that the pipeline was asked for.
template <typename PassOptions>
static PassOptions forTarget(const QuantExtToLLVMOptions &options) {
  PassOptions result;
  result.target = options.target;
  result.features = options.features;
  return result;
}

static void addCleanup(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// quant_ext to loops over vectors, all still on tensors.
static void addVectorization(OpPassManager &pm,
                             const QuantExtToLLVMOptions &options) {
  pm.addPass(createQuantExtInlineScalarResources());
  addCleanup(pm);
  pm.addPass(createConvertQuantExtToLinalg());
  pm.addPass(createConvertElementwiseToLinalgPass());
  addCleanup(pm);
  // Before narrow integers are packed: what reads and makes them then is what
  // unpacks and packs them.
  pm.addNestedPass<func::FuncOp>(createQuantExtFuseElementwise());
  addCleanup(pm);
  pm.addPass(createQuantExtPackIntegers());
  // After everything that gives an operation a new destination.
  pm.addNestedPass<func::FuncOp>(createQuantExtUseDestinations());
  addCleanup(pm);
  pm.addPass(
      createQuantExtSetTarget(forTarget<QuantExtSetTargetOptions>(options)));

  auto rows = forTarget<QuantExtFuseRowsOptions>(options);
  rows.cacheBytes = options.cacheBytes;
  rows.threads = options.threads;
  rows.minElements = options.minElementsToSplit;
  pm.addNestedPass<func::FuncOp>(createQuantExtFuseRows(rows));
  addCleanup(pm);

  auto distribute = forTarget<QuantExtDistributeOverThreadsOptions>(options);
  distribute.threads = options.threads;
  distribute.minElements = options.minElementsToSplit;
  pm.addNestedPass<func::FuncOp>(
      createQuantExtDistributeOverThreads(distribute));
  addCleanup(pm);

  auto vectorize = forTarget<QuantExtTileAndVectorizeOptions>(options);
  vectorize.tileSize = options.tileSize;
  pm.addNestedPass<func::FuncOp>(createQuantExtTileAndVectorize(vectorize));
  addCleanup(pm);
  pm.addPass(createQuantExtNarrowInterleaves());
  addCleanup(pm);
  // On tensors, where no store can alias a scale: after bufferization it could,
  // and the scales would be read again in every iteration.
  pm.addPass(createLoopInvariantCodeMotionPass());
  addCleanup(pm);
}

static void addBufferization(OpPassManager &pm,
                             const QuantExtToLLVMOptions &options) {
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  // What a loop carries in packed form is a new buffer in each iteration.
  bufferize.allowReturnAllocsFromLoops = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  // The results of loops become the allocations that they are: only those can
  // be replaced by the caller's buffers without a copy.
  addCleanup(pm);
  if (options.resultsToOutParams) {
    pm.addPass(createQuantExtAllocateResults());
    bufferization::BufferResultsToOutParamsPassOptions outParams;
    outParams.hoistStaticAllocs = true;
    outParams.hoistDynamicAllocs = true;
    outParams.modifyPublicFunctions = true;
    pm.addPass(bufferization::createBufferResultsToOutParamsPass(outParams));
  }
  addCleanup(pm);
  bufferization::buildBufferDeallocationPipeline(pm);
  pm.addPass(createConvertBufferizationToMemRefPass());
}

/// Loops over parts to the OpenMP runtime.
static void addThreads(OpPassManager &pm,
                       const QuantExtToLLVMOptions &options) {
  if (options.threads == 1)
    return;
  pm.addNestedPass<func::FuncOp>(createForallToParallelLoopPass());
  pm.addPass(
      createConvertSCFToOpenMPPass({static_cast<unsigned>(options.threads)}));
  // Loops got scopes for stack memory, which cannot hold more than one block.
  // Nothing needs them; with intrinsics inside, that would not be known.
  addCleanup(pm);
}

/// Operations on elements to arithmetic that the target has. On buffers: what
/// bufferization does with intrinsics is to refuse them, because it knows
/// nothing of their effects.
static void addArithmetic(OpPassManager &pm,
                          const QuantExtToLLVMOptions &options) {
  // After the split for threads, each of which has its own alignment and fence,
  // and where an operation on elements is still one operation.
  auto stream = forTarget<QuantExtStreamStoresOptions>(options);
  stream.minBytes = options.minBytesToStream;
  pm.addNestedPass<func::FuncOp>(createQuantExtStreamStores(stream));
  pm.addPass(createQuantExtLowerElementOps(
      forTarget<QuantExtLowerElementOpsOptions>(options)));
  // Arithmetic on small floats would become a call for each lane.
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"bf16", "f16"};
  emulate.targetTypeStr = "f32";
  pm.addPass(arith::createArithEmulateUnsupportedFloats(emulate));
  pm.addPass(createQuantExtExpandSmallFloats(
      forTarget<QuantExtExpandSmallFloatsOptions>(options)));
  addCleanup(pm);
  pm.addPass(createLoopInvariantCodeMotionPass());
  addCleanup(pm);
}

static void addLowering(OpPassManager &pm,
                        const QuantExtToLLVMOptions &options) {
  // What had no vector form, and copies of buffers.
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addNestedPass<func::FuncOp>(createConvertVectorToSCFPass());
  pm.addPass(createQuantExtExpandDynamicReshapes());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  addCleanup(pm);
  if (options.emitCInterface)
    pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(arith::createArithExpandOpsPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  if (options.threads != 1)
    pm.addPass(createConvertOpenMPToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createQuantExtLegalizeBF16Accesses());
  addCleanup(pm);
}

void quant_ext::buildQuantExtToLLVMPipeline(
    OpPassManager &pm, const QuantExtToLLVMOptions &options) {
  pm.addPass(createCheckParams());
  addVectorization(pm, options);
  addBufferization(pm, options);
  addThreads(pm, options);
  addArithmetic(pm, options);
  addLowering(pm, options);
}

void quant_ext::registerQuantExtPipelines() {
  PassPipelineRegistration<QuantExtToLLVMOptions>(
      "quant-ext-to-llvm",
      "Compile quant_ext and linalg on tensors to the llvm dialect, vectorized "
      "for a target",
      buildQuantExtToLLVMPipeline);
}
