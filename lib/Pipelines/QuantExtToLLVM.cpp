//===- QuantExtToLLVM.cpp - The pipeline to native code -------------------===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/Conversion/Passes.h"
#include "QuantExt/Pipelines/Pipelines.h"
#include "QuantExt/Transforms/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/BufferizationToMemRef/BufferizationToMemRef.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToFuncs/MathToFuncs.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/OpenMPToLLVM/ConvertOpenMPToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToOpenMP/SCFToOpenMP.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/RequestCWrappers.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
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

/// Passes on functions run on several of them at a time, and on one after the
/// other while it is in a core's caches.
template <typename Function = func::FuncOp>
static void addCleanup(OpPassManager &pm) {
  OpPassManager &functions = pm.nest<Function>();
  // As the pass does on its own, but from the last operation to the first: what
  // nothing uses goes before any pattern looks at it.
  GreedyRewriteConfig config;
  config.setUseTopDownTraversal(false);
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Normal);
  functions.addPass(createCanonicalizerPass(config));
  functions.addPass(createCSEPass());
}

/// quant_ext to loops over vectors, all still on tensors.
static void addVectorization(OpPassManager &pm,
                             const QuantExtToLLVMOptions &options) {
  pm.addNestedPass<func::FuncOp>(createQuantExtInlineScalarResources());
  addCleanup(pm);
  pm.addNestedPass<func::FuncOp>(createConvertQuantExtToLinalg());
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  addCleanup(pm);
  // Before what they leave to add is fused with what reads their results.
  pm.addNestedPass<func::FuncOp>(createQuantExtPackContractions(
      forTarget<QuantExtPackContractionsOptions>(options)));
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

  auto tile = forTarget<QuantExtTileContractionsOptions>(options);
  tile.threads = options.threads;
  tile.minElements = options.minElementsToSplit;
  pm.addNestedPass<func::FuncOp>(createQuantExtTileContractions(tile));
  addCleanup(pm);

  auto rows = forTarget<QuantExtFuseRowsOptions>(options);
  rows.cacheBytes = options.cacheBytes;
  rows.threads = options.threads;
  rows.minElements = options.minElementsToSplit;
  pm.addNestedPass<func::FuncOp>(createQuantExtFuseRows(rows));
  addCleanup(pm);

  // After the last that could find two operations to be the same.
  pm.addNestedPass<func::FuncOp>(createQuantExtSplitEmptyTensors());
  auto distribute = forTarget<QuantExtDistributeOverThreadsOptions>(options);
  distribute.threads = options.threads;
  distribute.minElements = options.minElementsToSplit;
  pm.addNestedPass<func::FuncOp>(
      createQuantExtDistributeOverThreads(distribute));
  addCleanup(pm);

  auto vectorize = forTarget<QuantExtTileAndVectorizeOptions>(options);
  vectorize.tileSize = options.tileSize;
  // Stores can bypass the caches in rows, but not in strips of neighbours.
  vectorize.stripBytes = std::max<int64_t>(options.minBytesToStream, 0);
  pm.addNestedPass<func::FuncOp>(createQuantExtTileAndVectorize(vectorize));
  addCleanup(pm);
  pm.addNestedPass<func::FuncOp>(createQuantExtNarrowInterleaves());
  addCleanup(pm);
  // On tensors, where no store can alias a scale: after bufferization it could,
  // and the scales would be read again in every iteration.
  pm.addNestedPass<func::FuncOp>(createLoopInvariantCodeMotionPass());
  addCleanup(pm);
}

static void addBufferization(OpPassManager &pm,
                             const QuantExtToLLVMOptions &options) {
  pm.addNestedPass<func::FuncOp>(
      bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  // What a loop carries in packed form is a new buffer in each iteration.
  bufferize.allowReturnAllocsFromLoops = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  // The results of loops and branches become the allocations that they are:
  // only those can be replaced by the caller's buffers without a copy, and are
  // known to be freed by nobody else.
  addCleanup(pm);
  pm.addPass(createQuantExtAllocateResults());
  if (options.resultsToOutParams) {
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
  pm.addNestedPass<func::FuncOp>(createQuantExtSerializeSingleIterations());
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
  pm.addNestedPass<func::FuncOp>(createQuantExtOverlapRests());
  auto stream = forTarget<QuantExtStreamStoresOptions>(options);
  stream.minBytes = options.minBytesToStream;
  pm.addNestedPass<func::FuncOp>(createQuantExtStreamStores(stream));
  // What had no vector form. What follows rewrites arithmetic, and that of a
  // named operation has to stay what its name says.
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addNestedPass<func::FuncOp>(createQuantExtPrefetchReads(
      forTarget<QuantExtPrefetchReadsOptions>(options)));
  pm.addNestedPass<func::FuncOp>(createQuantExtLowerDotProducts(
      forTarget<QuantExtLowerDotProductsOptions>(options)));
  pm.addNestedPass<func::FuncOp>(createQuantExtLowerElementOps(
      forTarget<QuantExtLowerElementOpsOptions>(options)));
  addCleanup(pm);
  pm.addNestedPass<func::FuncOp>(createQuantExtBatchParameters(
      forTarget<QuantExtBatchParametersOptions>(options)));
  if (options.approximateMath)
    pm.addNestedPass<func::FuncOp>(createQuantExtApproximateMath(
        forTarget<QuantExtApproximateMathOptions>(options)));
  pm.addNestedPass<func::FuncOp>(createQuantExtExpandPowers());
  // Arithmetic on small floats would become a call for each lane.
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"bf16", "f16"};
  emulate.targetTypeStr = "f32";
  pm.addNestedPass<func::FuncOp>(
      arith::createArithEmulateUnsupportedFloats(emulate));
  pm.addNestedPass<func::FuncOp>(createQuantExtExpandSmallFloats(
      forTarget<QuantExtExpandSmallFloatsOptions>(options)));
  pm.addNestedPass<func::FuncOp>(createLoopInvariantCodeMotionPass());
  addCleanup(pm);
}

static void addLowering(OpPassManager &pm,
                        const QuantExtToLLVMOptions &options) {
  pm.addNestedPass<func::FuncOp>(createConvertVectorToSCFPass());
  pm.addNestedPass<func::FuncOp>(createQuantExtExpandDynamicReshapes());
  pm.addNestedPass<func::FuncOp>(memref::createExpandStridedMetadataPass());
  pm.addNestedPass<func::FuncOp>(createLowerAffinePass());
  // No earlier: what asks which loops are a thread's own looks up to this one.
  if (options.threads != 1)
    pm.addPass(createQuantExtNumberThreads());
  pm.addNestedPass<func::FuncOp>(createQuantExtLowerLoops());
  addCleanup(pm);
  if (options.emitCInterface)
    pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());
  // Those on modules declare functions that they call, or define them, of
  // powers. A call for each lane takes vectors apart, which must be lowered
  // after it.
  pm.addPass(createConvertMathToFuncs());
  pm.addNestedPass<func::FuncOp>(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addNestedPass<func::FuncOp>(arith::createArithExpandOpsPass());
  pm.addNestedPass<func::FuncOp>(createArithToLLVMConversionPass());
  pm.addNestedPass<func::FuncOp>(createConvertIndexToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  if (options.threads != 1)
    pm.addPass(createConvertOpenMPToLLVMPass());
  pm.addNestedPass<LLVM::LLVMFuncOp>(createUBToLLVMConversionPass());
  pm.addNestedPass<LLVM::LLVMFuncOp>(createReconcileUnrealizedCastsPass());
  pm.addNestedPass<LLVM::LLVMFuncOp>(createQuantExtLegalizeBF16Accesses());
  pm.addNestedPass<LLVM::LLVMFuncOp>(
      createQuantExtOrderReads(forTarget<QuantExtOrderReadsOptions>(options)));
  addCleanup<LLVM::LLVMFuncOp>(pm);
  pm.addPass(createQuantExtCheckLowered());
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
