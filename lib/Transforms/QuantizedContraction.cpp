//===- QuantizedContraction.cpp - Sums of dequantized products ------------===//

#include "QuantExt/Transforms/QuantizedContraction.h"
#include "ContractionUsers.h"
#include "IntegerBounds.h"
#include "ParameterFacts.h"
#include "Remarks.h"

#include "QuantExt/IR/ConstantFolding.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"

#include <cmath>

using namespace mlir;
using namespace mlir::quant_ext;

/// Storages that are wider are for biases and sums.
static constexpr unsigned kMaxWidth = 16;

//===----------------------------------------------------------------------===//
// The contraction
//===----------------------------------------------------------------------===//

/// What a conversion between floats was given.
static Value skipFloatCasts(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::TruncFOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// Upstream's isContractionBody looks through every unary operation, a negation
/// too.
static bool sumsProducts(Block &body) {
  auto yield = cast<linalg::YieldOp>(body.getTerminator());
  auto add = yield.getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add)
    return false;
  Value sum = body.getArgument(2);
  Value product;
  if (add.getLhs() == sum)
    product = add.getRhs();
  else if (add.getRhs() == sum)
    product = add.getLhs();
  else
    return false;
  auto mul = skipFloatCasts(product).getDefiningOp<arith::MulFOp>();
  if (!mul)
    return false;
  Value a = skipFloatCasts(mul.getLhs()), b = skipFloatCasts(mul.getRhs());
  Value lhs = body.getArgument(0), rhs = body.getArgument(1);
  return (a == lhs && b == rhs) || (a == rhs && b == lhs);
}

bool quant_ext::isFloatContraction(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0 ||
      op.getNumReductionLoops() + op.getNumParallelLoops() != op.getNumLoops())
    return false;
  if (!llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return false;
  if (op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getNumResults() !=
      op.getNumParallelLoops())
    return false;
  return sumsProducts(op->getRegion(0).front());
}

int64_t quant_ext::getResultDim(linalg::LinalgOp op, unsigned loop) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  return *map.getResultPosition(getAffineDimExpr(loop, op->getContext()));
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Follows transposes from `value` to what they transpose, and has `map` index
/// that.
static Value skipTransposes(Value value, AffineMap &map) {
  while (auto transpose = value.getDefiningOp<linalg::TransposeOp>()) {
    SmallVector<AffineExpr> results(map.getNumResults());
    for (auto [dim, source] : llvm::enumerate(transpose.getPermutation()))
      results[source] = map.getResult(dim);
    map = AffineMap::get(map.getNumDims(), 0, results, map.getContext());
    value = transpose.getInput();
  }
  return value;
}

/// The loops that a parameter of granularity `granularity` follows.
static FailureOr<LoopParameter>
getLoopParameter(Value value, const Granularity &granularity,
                 ArrayRef<int64_t> inputShape, AffineMap map,
                 linalg::LinalgOp op, const Twine &name, std::string &reason) {
  LoopParameter parameter;
  parameter.value = value;
  SmallVector<int64_t> shape = granularity.getScaleShape(inputShape);
  for (unsigned dim = 0, rank = inputShape.size(); dim < rank; ++dim) {
    std::optional<unsigned> scaleDim = granularity.getScaleDim(dim);
    if (!scaleDim || shape[*scaleDim] == 1)
      continue;
    if (int64_t block = granularity.getBlockSize(dim); block != 1) {
      reason = (name + " has parameters of blocks of " + Twine(block)).str();
      return failure();
    }
    unsigned loop = map.getDimPosition(dim);
    if (linalg::isReductionIterator(op.getIteratorTypesArray()[loop])) {
      reason = (name + " has parameters that vary along the reduction").str();
      return failure();
    }
    parameter.dims.push_back(*scaleDim);
    parameter.loops.push_back(loop);
  }
  return parameter;
}

/// Sets the constant of a parameter, if it is one that can be spelled out.
static void setConstant(LoopParameter &parameter,
                        const std::optional<ConstantData> &data) {
  if (data && data->canExpand())
    parameter.constant = data;
}

bool quant_ext::comesFromDequantize(linalg::LinalgOp op, OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  return skipTransposes(operand.get(), map).getDefiningOp<DequantizeOp>() !=
         nullptr;
}

LogicalResult quant_ext::matchIntegerOperand(linalg::LinalgOp op,
                                             OpOperand &operand,
                                             IntegerOperand &integers,
                                             LoopParameter &scale,
                                             std::string &reason) {

  std::string name = describeOperand(operand);
  AffineMap map = op.getMatchingIndexingMap(&operand);
  Value source = skipTransposes(operand.get(), map);
  auto dequantize = source.getDefiningOp<DequantizeOp>();
  if (!dequantize) {
    reason = name + " " + describeProducer(source) + ", not from a dequantize";
    return failure();
  }
  integers.storage = dequantize.getStorage();
  if (integers.storage.isFloat() || integers.storage.getWidth() > kMaxWidth) {
    reason = name + " must have integers of at most " +
             std::to_string(kMaxWidth) + " bits, found " +
             integers.storage.str();
    return failure();
  }
  ArrayRef<int64_t> shape = dequantize.getInput().getType().getShape();
  auto getParameter = [&](Value value) {
    return getLoopParameter(value, dequantize.getGranularity(), shape, map, op,
                            name, reason);
  };
  FailureOr<LoopParameter> found = getParameter(dequantize.getScale());
  if (failed(found))
    return failure();
  scale = *found;
  setConstant(scale,
              ConstantData::get(getConstantScale(dequantize.getScale())));
  if (scale.constant)
    if (std::optional<std::string> problem =
            findScaleProblem(*scale.constant)) {
      reason = "the scale of " + name + " " + *problem;
      return failure();
    }
  if (Value zeroPoint = dequantize.getZeroPoint()) {
    integers.zeroPoint = *getParameter(zeroPoint);
    setConstant(*integers.zeroPoint, readConstant(zeroPoint));
  }
  integers.value = skipTransposes(dequantize.getInput(), map);
  integers.map = map;
  integers.sums = sumConstant(op, integers);
  return success();
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

static bool isF64(Value value) {
  return getElementTypeOrSelf(value.getType()).isF64();
}

/// A number of the computing type, rounded once: the double product of two
/// floats is exact.
static double multiplyScales(double a, double b, FloatType type) {
  return type.isF64() ? a * b : static_cast<float>(a * b);
}

static bool isNormal(double value, FloatType type) {
  return type.isF64() ? std::isnormal(value)
                      : std::isnormal(static_cast<float>(value));
}

/// Smallest and largest element; `data` is not empty.
static std::pair<double, double> getExtremes(const ConstantData &data) {
  double lo = data.getFloat(0), hi = lo;
  for (int64_t i = 1, n = data.isSplat() ? 1 : data.getNumElements(); i < n;
       ++i) {
    lo = std::min(lo, data.getFloat(i));
    hi = std::max(hi, data.getFloat(i));
  }
  return {lo, hi};
}

/// Sets what follows from both scales; fails where their product is constant
/// and not a number to compute with.
static LogicalResult matchScales(QuantizedContraction &match,
                                 std::string &reason) {
  const LoopParameter &lhs = match.lhsScale, &rhs = match.rhsScale;
  MLIRContext *context = match.op.getContext();
  bool isDouble =
      isF64(lhs.value) || isF64(rhs.value) || match.getResultType().isF64();
  match.computingType = isDouble ? FloatType(Float64Type::get(context))
                                 : Float32Type::get(context);
  match.scaleLoops = lhs.loops;
  for (unsigned loop : rhs.loops)
    if (!llvm::is_contained(match.scaleLoops, loop))
      match.scaleLoops.push_back(loop);
  if (!lhs.constant || !rhs.constant)
    return success();

  FloatType type = match.computingType;
  int64_t lhsCount = lhs.constant->getNumElements();
  int64_t rhsCount = rhs.constant->getNumElements();
  if (lhsCount != 0 && rhsCount != 0) {
    auto [lhsLo, lhsHi] = getExtremes(*lhs.constant);
    auto [rhsLo, rhsHi] = getExtremes(*rhs.constant);
    if (!isNormal(multiplyScales(lhsLo, rhsLo, type), type) ||
        !isNormal(multiplyScales(lhsHi, rhsHi, type), type)) {
      reason = "the product of the scales is not a normal number";
      return failure();
    }
  }
  if (match.scaleLoops.size() > 1)
    return success();
  auto at = [](const LoopParameter &scale, int64_t index) {
    return scale.constant->getFloat(scale.loops.empty() ? 0 : index);
  };
  int64_t count = lhs.loops.empty() ? rhsCount : lhsCount;
  std::vector<double> &product = match.constantScale.emplace();
  for (int64_t i = 0; i < count; ++i)
    product.push_back(multiplyScales(at(lhs, i), at(rhs, i), type));
  return success();
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

FailureOr<QuantizedContraction>
quant_ext::matchQuantizedContraction(linalg::LinalgOp op, std::string &reason) {
  QuantizedContraction match;
  match.op = op;
  for (auto [loop, type] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (!linalg::isReductionIterator(type))
      continue;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      if (op.getMatchingIndexingMap(operand).isFunctionOfDim(loop))
        continue;
      reason = describeOperand(*operand) +
               " must be indexed by every reduction loop";
      return failure();
    }
  }
  // Both are looked at, so that one remark says all that is in the way.
  std::string lhsReason, rhsReason;
  bool lhsMatches = succeeded(matchIntegerOperand(
      op, *op.getDpsInputOperand(0), match.lhs, match.lhsScale, lhsReason));
  bool rhsMatches = succeeded(matchIntegerOperand(
      op, *op.getDpsInputOperand(1), match.rhs, match.rhsScale, rhsReason));
  if (!lhsMatches || !rhsMatches) {
    reason = lhsReason;
    if (!lhsMatches && !rhsMatches)
      reason += "; ";
    reason += rhsReason;
    return failure();
  }
  if (failed(matchScales(match, reason)))
    return failure();
  matchBias(match);
  std::optional<uint64_t> bound = boundSums(op, match.lhs, match.rhs);
  if (failed(checkSums(bound, reason)))
    return failure();
  match.bound = *bound;
  if (match.bias) {
    uint64_t largest = getLargestMagnitude(match.bias->constant);
    if (match.bound + largest < kSumLimit) {
      match.bound += largest;
    } else {
      // It can still be added in floating point.
      match.hasFloatInit = match.root == match.op;
      match.root = match.op;
      match.bias.reset();
    }
  }
  matchQuantize(match);
  return match;
}
