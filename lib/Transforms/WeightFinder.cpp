//===- WeightFinder.cpp - Constant weights of linalg ops ------------------===//

#include "QuantExt/Transforms/WeightFinder.h"
#include "QuantExt/IR/ConstantData.h"
#include "Remarks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Support/DebugStringHelper.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::quant_ext;

StringRef quant_ext::stringifyWeightRole(WeightRole role) {
  switch (role) {
  case WeightRole::ContractionLhs:
    return "lhs of contraction";
  case WeightRole::ContractionRhs:
    return "rhs of contraction";
  case WeightRole::ConvolutionFilter:
    return "filter of convolution";
  }
  llvm_unreachable("unknown role");
}

//===----------------------------------------------------------------------===//
// Granularity
//===----------------------------------------------------------------------===//

static Granularity perOutputChannel(const Weight &weight) {
  if (weight.outputChannelDims.size() == 1)
    return Granularity::perAxis(weight.outputChannelDims.front());
  SmallVector<int64_t> blocks(weight.getType().getRank(),
                              Granularity::kWholeDim);
  for (int64_t dim : weight.outputChannelDims)
    blocks[dim] = 1;
  return Granularity::perBlock(blocks);
}

/// The dimension that blocks run along.
static int64_t getBlockedDim(const Weight &weight) {
  for (int64_t dim : llvm::reverse(weight.channelReductionDims))
    if (weight.getType().getDimSize(dim) > 1)
      return dim;
  return weight.reductionDims.back();
}

FailureOr<Granularity> Weight::getGranularity(WeightGranularity granularity,
                                              int64_t blockSize,
                                              std::string &reason) const {
  switch (granularity) {
  case WeightGranularity::PerTensor:
    return Granularity::perTensor();
  case WeightGranularity::PerAxis:
    if (outputChannelDims.empty()) {
      reason = "the weight has no output-channel dimension";
      return failure();
    }
    return perOutputChannel(*this);
  case WeightGranularity::PerBlock: {
    if (reductionDims.empty()) {
      reason = "the weight has no reduction dimension";
      return failure();
    }
    SmallVector<int64_t> blocks(getType().getRank(), 1);
    blocks[getBlockedDim(*this)] = blockSize;
    return Granularity::perBlock(blocks);
  }
  }
  llvm_unreachable("unknown granularity");
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

namespace {
/// An operand that may hold a weight, with the loops that matter to it.
struct Candidate {
  OpOperand *operand;
  WeightRole role;
  SmallVector<unsigned> outputChannelLoops;
  SmallVector<unsigned> channelReductionLoops;
  SmallVector<unsigned> filterLoops;
};

/// A value behind operations that keep its elements.
struct Source {
  Value value;
  /// From the value to the operand.
  SmallVector<Operation *, 1> steps;
  /// Of each dimension of the operand: the value's.
  SmallVector<int64_t> dims;
};
} // namespace

/// Looks through what front ends put between a weight and its user: a linear
/// layer is a matmul with a transposed constant.
static Source getSource(OpOperand &operand) {
  Source source;
  source.value = operand.get();
  int64_t rank = cast<RankedTensorType>(source.value.getType()).getRank();
  source.dims = llvm::to_vector(llvm::seq(rank));
  while (Operation *op = source.value.getDefiningOp()) {
    auto transpose = dyn_cast<linalg::TransposeOp>(op);
    if (!transpose && !isa<tensor::CastOp, arith::ExtFOp>(op))
      break;
    // A cast may take a type without a rank.
    if (!isa<RankedTensorType>(op->getOperand(0).getType()))
      break;
    if (transpose)
      for (int64_t &dim : source.dims)
        dim = transpose.getPermutation()[dim];
    source.steps.push_back(op);
    source.value = op->getOperand(0);
  }
  std::reverse(source.steps.begin(), source.steps.end());
  return source;
}

/// The dimensions of the source of an operand that `loops` run over. `map`
/// holds plain dimensions only.
static SmallVector<int64_t> getDims(const Source &source, AffineMap map,
                                    ArrayRef<unsigned> loops) {
  SmallVector<int64_t> dims;
  for (auto [dim, expr] : llvm::zip_equal(source.dims, map.getResults()))
    if (llvm::is_contained(loops, cast<AffineDimExpr>(expr).getPosition()))
      dims.push_back(dim);
  llvm::sort(dims);
  return dims;
}

/// Whether the body multiplies with the element of `operand`, or with what a
/// conversion makes of it. The inference looks at indexing maps alone: those of
/// a distance, sum (x - w)^2, are those of a matmul.
static bool isFactor(linalg::LinalgOp op, OpOperand &operand) {
  SmallVector<Value> values = {op.getMatchingBlockArgument(&operand)};
  while (!values.empty()) {
    for (OpOperand &use : values.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      if (isa<arith::MulFOp, arith::MulIOp>(user) ||
          (isa<math::FmaOp>(user) && use.getOperandNumber() < 2))
        return true;
      if (isa<CastOpInterface>(user))
        llvm::append_range(values, user->getResults());
    }
  }
  return false;
}

/// Turns a candidate into a weight, or says why it is none.
static std::optional<Weight> getWeight(linalg::LinalgOp op,
                                       const Candidate &candidate,
                                       std::string &reason) {
  OpOperand &operand = *candidate.operand;
  std::string name = describeOperand(operand);
  Source source = getSource(operand);
  ElementsAttr value;
  if (source.value.getDefiningOp<DequantizeOp>()) {
    reason = name + " is quantized already";
    return std::nullopt;
  }
  if (!matchPattern(source.value, m_Constant(&value))) {
    reason =
        name + " " + describeProducer(source.value) + ", not from a constant";
    return std::nullopt;
  }
  Type type = value.getElementType();
  if (isa<IntegerType>(type)) {
    reason = name + " is a constant of integer type " + debugString(type);
    return std::nullopt;
  }
  if (!isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type)) {
    reason = name +
             " must have elements of type f16, bf16, f32 or f64, found " +
             debugString(type);
    return std::nullopt;
  }
  if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(value)) {
    reason = name + " is a constant that is neither dense nor dense_resource";
    return std::nullopt;
  }
  if (!isFactor(op, operand)) {
    reason = name + " is not what the body multiplies with";
    return std::nullopt;
  }
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (!map.isProjectedPermutation()) {
    reason =
        name + " must be indexed by plain loops, found " + debugString(map);
    return std::nullopt;
  }

  Weight weight;
  weight.operand = &operand;
  weight.role = candidate.role;
  weight.constant = source.value;
  weight.steps = source.steps;
  weight.value = value;
  weight.outputChannelDims = getDims(source, map, candidate.outputChannelLoops);
  weight.channelReductionDims =
      getDims(source, map, candidate.channelReductionLoops);
  SmallVector<unsigned> reduction = candidate.channelReductionLoops;
  llvm::append_range(reduction, candidate.filterLoops);
  weight.reductionDims = getDims(source, map, reduction);
  return weight;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// The operands of `op` that may hold weights; empty where it is neither a
/// contraction nor a convolution.
static SmallVector<Candidate, 2> getCandidates(linalg::LinalgOp op) {
  // Convolutions first: to the inference of contractions, a convolution is a
  // matmul over its channels, and the filter loops are nothing.
  FailureOr<linalg::ConvolutionDimensions> conv =
      linalg::inferConvolutionDims(op);
  if (succeeded(conv)) {
    Candidate filter;
    filter.operand = op.getDpsInputOperand(1);
    // A pooling: its window gives a shape and nothing else.
    if (!op.payloadUsesValueFromOperand(filter.operand))
      return {};
    filter.role = WeightRole::ConvolutionFilter;
    filter.outputChannelLoops.assign(conv->outputChannel);
    llvm::append_range(filter.outputChannelLoops, conv->depth);
    filter.channelReductionLoops.assign(conv->inputChannel);
    filter.filterLoops.assign(conv->filterLoop);
    return {filter};
  }
  FailureOr<linalg::ContractionDimensions> contraction =
      linalg::inferContractionDims(op);
  // The inference accepts products without a sum, such as elementwise ones; a
  // constant of these is no weight.
  if (failed(contraction) || contraction->k.empty())
    return {};
  Candidate lhs, rhs;
  lhs.operand = op.getDpsInputOperand(0);
  lhs.role = WeightRole::ContractionLhs;
  lhs.outputChannelLoops.assign(contraction->m);
  lhs.channelReductionLoops.assign(contraction->k);
  rhs.operand = op.getDpsInputOperand(1);
  rhs.role = WeightRole::ContractionRhs;
  rhs.outputChannelLoops.assign(contraction->n);
  rhs.channelReductionLoops.assign(contraction->k);
  return {lhs, rhs};
}

std::optional<WeightSearch> quant_ext::findWeights(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics())
    return std::nullopt;
  SmallVector<Candidate, 2> candidates = getCandidates(op);
  if (candidates.empty())
    return std::nullopt;
  WeightSearch search;
  SmallVector<std::string> reasons;
  for (const Candidate &candidate : candidates) {
    std::string reason;
    if (std::optional<Weight> weight = getWeight(op, candidate, reason))
      search.weights.push_back(std::move(*weight));
    else
      reasons.push_back(std::move(reason));
  }
  if (search.weights.empty())
    search.reason = llvm::join(reasons, "; ");
  return search;
}

LogicalResult quant_ext::checkResource(const Weight &weight) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(weight.value);
  if (!resource)
    return success();
  if (std::optional<std::string> problem = findResourceProblem(resource))
    return emitError(weight.constant.getLoc()) << *problem;
  return success();
}

//===----------------------------------------------------------------------===//
// Locations
//===----------------------------------------------------------------------===//

SmallVector<StringRef> quant_ext::getLocationNames(Location loc) {
  SmallVector<StringRef> names;
  loc->walk([&](Location inner) {
    auto name = dyn_cast<NameLoc>(inner);
    if (name && !name.getName().empty())
      names.push_back(name.getName().getValue());
    return WalkResult::advance();
  });
  return names;
}
