//===- LoopAddresses.cpp - Where loops read and write ---------------------===//

#include "LoopAddresses.h"
#include "MemoryUnits.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::quant_ext;

scf::ForOp quant_ext::getNest(scf::ForOp loop) {
  while (auto parent = dyn_cast<scf::ForOp>(loop->getParentOp())) {
    if (parent.getNumResults() != 0)
      break;
    loop = parent;
  }
  return loop;
}

//===----------------------------------------------------------------------===//
// From one iteration to the next
//===----------------------------------------------------------------------===//

/// How much `index` grows where the induction variable does by 1, if that is
/// the same everywhere.
static std::optional<int64_t> getGrowth(scf::ForOp loop, Value index) {
  if (index == loop.getInductionVar())
    return 1;
  if (loop.isDefinedOutsideOfLoop(index))
    return 0;
  auto apply = index.getDefiningOp<affine::AffineApplyOp>();
  if (!apply)
    return std::nullopt;
  AffineMap map = apply.getAffineMap();
  SmallVector<AffineExpr> dims, symbols;
  for (auto [i, operand] : llvm::enumerate(apply.getMapOperands())) {
    std::optional<int64_t> growth = getGrowth(loop, operand);
    if (!growth)
      return std::nullopt;
    if (i < map.getNumDims())
      dims.push_back(getAffineDimExpr(i, loop.getContext()) + *growth);
    else
      symbols.push_back(
          getAffineSymbolExpr(i - map.getNumDims(), loop.getContext()) +
          *growth);
  }
  AffineExpr here = map.getResult(0);
  AffineExpr growth =
      simplifyAffineExpr(here.replaceDimsAndSymbols(dims, symbols) - here,
                         map.getNumDims(), map.getNumSymbols());
  if (auto constant = dyn_cast<AffineConstantExpr>(growth))
    return constant.getValue();
  return std::nullopt;
}

/// Whether `expr` is a sum of operands and their multiples.
static bool isSum(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return true;
  AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
  if (binary.getKind() == AffineExprKind::Mul)
    return isSum(lhs) && isa<AffineConstantExpr>(rhs);
  return binary.getKind() == AffineExprKind::Add && isSum(lhs) && isSum(rhs);
}

/// Whether `index` grows by the same everywhere, known or not.
static bool isLinear(scf::ForOp loop, Value index) {
  if (index == loop.getInductionVar() || loop.isDefinedOutsideOfLoop(index))
    return true;
  Operation *op = index.getDefiningOp();
  auto isFixed = [&](Value operand) {
    return loop.isDefinedOutsideOfLoop(operand);
  };
  auto apply = dyn_cast_if_present<affine::AffineApplyOp>(op);
  bool isProduct = isa_and_present<arith::MulIOp>(op) &&
                   llvm::any_of(op->getOperands(), isFixed);
  if (!isProduct && !(apply && isSum(apply.getAffineMap().getResult(0))))
    return false;
  return llvm::all_of(op->getOperands(),
                      [&](Value operand) { return isLinear(loop, operand); });
}

bool quant_ext::growsEvenly(scf::ForOp loop, Value memref, ValueRange indices) {
  return loop.isDefinedOutsideOfLoop(memref) &&
         llvm::all_of(indices,
                      [&](Value index) { return isLinear(loop, index); });
}

std::optional<int64_t>
quant_ext::getAddressGrowth(scf::ForOp loop, Value memref, ValueRange indices) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (!loop.isDefinedOutsideOfLoop(memref) ||
      failed(type.getStridesAndOffset(strides, offset)))
    return std::nullopt;
  int64_t elements = 0;
  for (auto [index, stride] : llvm::zip_equal(indices, strides)) {
    std::optional<int64_t> growth = getGrowth(loop, index);
    if (!growth || (*growth && ShapedType::isDynamic(stride)))
      return std::nullopt;
    if (*growth)
      elements += *growth * stride;
  }
  return elements * getElementBytes(type);
}

/// How many lanes a transfer moves, if those are the first ones.
static std::optional<int64_t> getNumLanes(VectorTransferOpInterface op) {
  if (!op.getMask())
    return op.getVectorType().getNumElements();
  if (auto mask = op.getMask().getDefiningOp<vector::ConstantMaskOp>())
    return mask.getMaskDimSizes().front();
  return std::nullopt;
}

std::optional<int64_t>
quant_ext::getContiguousBytes(VectorTransferOpInterface op) {
  auto memref = dyn_cast<MemRefType>(op.getShapedType());
  VectorType vector = op.getVectorType();
  std::optional<int64_t> lanes = getNumLanes(op);
  if (!memref || lanes.value_or(0) == 0 || op.hasOutOfBoundsDim() ||
      !op.getPermutationMap().isMinorIdentity() || vector.getRank() != 1 ||
      vector.isScalable() || !memref.getElementType().isIntOrFloat() ||
      vector.getElementType() != memref.getElementType() ||
      memref.getElementTypeBitWidth() % 8 != 0 ||
      !memref.areTrailingDimsContiguous(1))
    return std::nullopt;
  return *lanes * getElementBytes(memref);
}

/// Whether `value` is, or is an affine function of, that induction variable.
static bool dependsOn(Value value, Value inductionVar) {
  if (value == inductionVar)
    return true;
  auto apply = value.getDefiningOp<affine::AffineApplyOp>();
  return apply && llvm::any_of(apply.getMapOperands(), [&](Value operand) {
           return dependsOn(operand, inductionVar);
         });
}

bool quant_ext::isReadOnce(scf::ForOp loop, scf::ForOp nest,
                           const LoopRead &read) {
  while (loop != nest) {
    loop = loop->getParentOfType<scf::ForOp>();
    Value inductionVar = loop.getInductionVar();
    if (loop.isDefinedOutsideOfLoop(read.memref) &&
        llvm::none_of(read.indices, [&](Value index) {
          return dependsOn(index, inductionVar);
        }))
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// In another iteration
//===----------------------------------------------------------------------===//

/// What an index of the body is for that value of the induction variable.
static Value substituteOne(OpBuilder &b, Location loc, scf::ForOp loop,
                           Value index, Value inductionVar) {
  if (index == loop.getInductionVar())
    return inductionVar;
  if (loop.isDefinedOutsideOfLoop(index))
    return index;
  SmallVector<Value> values = substitute(
      b, loc, loop, index.getDefiningOp()->getOperands(), inductionVar);
  if (index.getDefiningOp<arith::MulIOp>())
    return b.createOrFold<arith::MulIOp>(loc, values[0], values[1]);
  auto apply = index.getDefiningOp<affine::AffineApplyOp>();
  assert(apply && "an index that grows evenly");
  SmallVector<OpFoldResult> operands(values.begin(), values.end());
  return getValueOrCreateConstantIndexOp(
      b, loc,
      affine::makeComposedFoldedAffineApply(b, loc, apply.getAffineMap(),
                                            operands));
}

SmallVector<Value> quant_ext::substitute(OpBuilder &b, Location loc,
                                         scf::ForOp loop, ValueRange indices,
                                         Value inductionVar) {
  return llvm::map_to_vector(indices, [&](Value index) {
    return substituteOne(b, loc, loop, index, inductionVar);
  });
}

void quant_ext::emitPrefetches(OpBuilder &b, scf::ForOp loop,
                               const LoopRead &read, Value inductionVar,
                               int64_t from, int64_t to, CacheLevel level) {
  Location loc = read.op->getLoc();
  SmallVector<Value> indices =
      substitute(b, loc, loop, read.indices, inductionVar);
  Value first = indices.back();
  int64_t elementBytes = getElementBytes(read.memref.getType());
  for (int64_t bytes = from; bytes < to; bytes += kLineBytes) {
    Value offset = arith::ConstantIndexOp::create(b, loc, bytes / elementBytes);
    indices.back() = b.createOrFold<arith::AddIOp>(loc, first, offset);
    memref::PrefetchOp::create(b, loc, read.memref, indices,
                               /*isWrite=*/false, static_cast<int32_t>(level),
                               /*isDataCache=*/true);
  }
}
