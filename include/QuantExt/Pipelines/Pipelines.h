//===- Pipelines.h - Named sequences of passes ------------------*- C++ -*-===//

#ifndef QUANTEXT_PIPELINES_PIPELINES_H
#define QUANTEXT_PIPELINES_PIPELINES_H

#include "QuantExt/Transforms/Passes.h"

#include "mlir/Pass/PassOptions.h"

#include <string>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlir::quant_ext {

struct QuantExtToLLVMOptions
    : public PassPipelineOptions<QuantExtToLLVMOptions> {
  Option<std::string> target{
      *this, "target",
      llvm::cl::desc("Target: native, x86-64-v2, x86-64-v3, x86-64-v4, "
                     "aarch64, or an LLVM CPU name"),
      llvm::cl::init("native")};
  Option<std::string> features{
      *this, "features",
      llvm::cl::desc("LLVM target features on top of the target's own, such as "
                     "+avx512vnni,-fma"),
      llvm::cl::init("")};
  Option<int64_t> tileSize{
      *this, "tile-size",
      llvm::cl::desc("Elements in a vector of the main loop; 0 takes the bytes "
                     "of a vector register"),
      llvm::cl::init(0)};
  Option<int64_t> cacheBytes{
      *this, "cache-bytes",
      llvm::cl::desc("Bytes of the cache through which rows with parameters of "
                     "their own are taken one by one, where they do not all "
                     "fit; 0 takes the target's second-level cache"),
      llvm::cl::init(0)};
  Option<int64_t> threads{
      *this, "threads",
      llvm::cl::desc("Threads that large operations are split for; other than "
                     "for 1, the code calls the OpenMP runtime, which decides "
                     "how many there are for 0"),
      llvm::cl::init(1)};
  Option<int64_t> minElementsToSplit{
      *this, "min-elements-to-split",
      llvm::cl::desc("Elements from which on an operation is split; 0 takes "
                     "what moves eight times the target's first-level cache, "
                     "and contractions of as many products as half of its "
                     "second-level cache has bytes"),
      llvm::cl::init(0)};
  Option<int64_t> minBytesToStream{
      *this, "min-bytes-to-stream",
      llvm::cl::desc(
          "Bytes that loops read and write from which on their stores "
          "bypass the caches, on x86; 0 takes what suits the target's "
          "last-level cache, and below 0 none ever do"),
      llvm::cl::init(0)};
  Option<bool> approximateMath{
      *this, "approximate-math",
      llvm::cl::desc("Compute erf, exp and tanh by polynomials in vectors, "
                     "whose results differ in their last bits from those of "
                     "libm's functions, which are called otherwise"),
      llvm::cl::init(false)};
  Option<bool> emitCInterface{
      *this, "emit-c-interface",
      llvm::cl::desc("Give every function a _mlir_ciface_ wrapper that takes "
                     "pointers to memref descriptors"),
      llvm::cl::init(false)};
  Option<bool> resultsToOutParams{
      *this, "results-to-out-params",
      llvm::cl::desc("Write results into buffers that the caller passes as "
                     "trailing arguments"),
      llvm::cl::init(false)};
};

/// From quant_ext and linalg on tensors to the llvm dialect: constant
/// parameters checked, quant_ext to linalg, narrow integers packed, loops over
/// vectors for the target, bufferized, lowered. The module it is run on is what
/// mlir-runner executes and mlir-translate makes LLVM IR of.
void buildQuantExtToLLVMPipeline(OpPassManager &pm,
                                 const QuantExtToLLVMOptions &options);

struct QuantizeDynamicOptions
    : public PassPipelineOptions<QuantizeDynamicOptions> {
  Option<ActivationGranularity> granularity{
      *this, "granularity",
      llvm::cl::desc("Which elements of an activation share a scale; per-row "
                     "by default"),
      llvm::cl::init(ActivationGranularity::PerRow),
      llvm::cl::values(clEnumValN(ActivationGranularity::PerTensor,
                                  "per-tensor", "All of an activation"),
                       clEnumValN(ActivationGranularity::PerRow, "per-row",
                                  "Those that are summed up together"))};
  Option<std::string> location{
      *this, "location",
      llvm::cl::desc("Regular expression (POSIX extended, unanchored); only "
                     "operations with a location name that it matches"),
      llvm::cl::init("")};
  ListOption<std::string> ops{
      *this, "ops",
      llvm::cl::desc("Names of linalg operations, such as linalg.matmul; only "
                     "these")};
};

/// Contractions of floats with constant weights to contractions of integers:
/// weights in 8 bits per-axis, computed by canonicalization, activations in 8
/// bits by parameters that are chosen at run time, sums in 32 bits, floats
/// again behind them. Nothing has to be calibrated. What cannot be computed in
/// integers, and convolutions, stay in float; the remarks of the passes say
/// what became of each operation.
///
/// Example: `quant-opt model.mlir --quant-ext-quantize-dynamic
/// --quant-ext-to-llvm`.
void buildQuantizeDynamicPipeline(OpPassManager &pm,
                                  const QuantizeDynamicOptions &options);

/// Registers the pipelines under their names, such as `quant-ext-to-llvm`.
void registerQuantExtPipelines();

} // namespace mlir::quant_ext

#endif // QUANTEXT_PIPELINES_PIPELINES_H
