//===- ParameterAnalysis.cpp - What loops compute of arrays ---------------===//

#include "ParameterAnalysis.h"
#include "Buffers.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// `value` minus the induction variable, where that is a number.
static std::optional<int64_t> getOffset(Value value, Value inductionVar) {
  if (value == inductionVar)
    return 0;
  auto apply = value.getDefiningOp<affine::AffineApplyOp>();
  if (!apply || apply.getMapOperands().size() != 1 ||
      apply.getMapOperands().front() != inductionVar)
    return std::nullopt;
  AffineMap map = apply.getAffineMap();
  AffineExpr variable = map.getNumDims() == 1
                            ? getAffineDimExpr(0, value.getContext())
                            : getAffineSymbolExpr(0, value.getContext());
  auto offset = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
      map.getResult(0) - variable, map.getNumDims(), map.getNumSymbols()));
  return offset ? std::optional(offset.getValue()) : std::nullopt;
}

/// Whether an operation whose effects are not known has none on buffers: it
/// asks for memory, or computes with registers.
static bool isHarmless(Operation *op) {
  return isa<memref::PrefetchOp>(op) ||
         (isa<LLVM::CallIntrinsicOp>(op) &&
          llvm::none_of(op->getOperandTypes(),
                        llvm::IsaPred<LLVM::LLVMPointerType>));
}

/// Whether the loop may write what it reads from `memref`.
bool ParameterAnalysis::isWritten(Value memref) {
  Value buffer = getBuffer(memref);
  auto [found, isNew] = written.try_emplace(buffer, true);
  if (!isNew || !hasKnownOrigin(buffer))
    return found->second;
  WalkResult result = nest.walk([&](Operation *op) {
    if (op->hasTrait<OpTrait::HasRecursiveMemoryEffects>() ||
        isMemoryEffectFree(op) || isHarmless(op))
      return WalkResult::advance();
    std::optional<SmallVector<MemoryEffects::EffectInstance>> effects =
        getEffectsRecursively(op);
    if (!effects)
      return WalkResult::interrupt();
    for (const MemoryEffects::EffectInstance &effect : *effects) {
      if (isa<MemoryEffects::Read>(effect.getEffect()))
        continue;
      Value other = effect.getValue();
      if (!other || !isa<MemRefType>(other.getType()))
        return WalkResult::interrupt();
      other = getBuffer(other);
      if (other == buffer || !hasKnownOrigin(other))
        return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return written[buffer] = result.wasInterrupted();
}

std::optional<ArrayRead> ParameterAnalysis::matchRead(Value value) {
  // What some iterations do not read may not be there.
  if (value.getParentBlock() != loop.getBody())
    return std::nullopt;
  ArrayRead result;
  if (auto load = value.getDefiningOp<memref::LoadOp>()) {
    result = {load.getMemRef(), load.getIndices(), 0, 1};
  } else if (auto read = value.getDefiningOp<vector::TransferReadOp>();
             read && !read.getMask() && !read.hasOutOfBoundsDim() &&
             read.getPermutationMap().isMinorIdentity() &&
             read.getVectorType().getRank() == 1) {
    result = {read.getBase(), read.getIndices(), 0,
              read.getVectorType().getNumElements()};
  } else {
    return std::nullopt;
  }
  auto type = dyn_cast<MemRefType>(result.memref.getType());
  bool isArray = type && type.getRank() > 0 && type.isLastDimUnitStride() &&
                 type.getElementType().isIntOrIndexOrFloat() &&
                 (type.getElementType().isIndex() ||
                  type.getElementTypeBitWidth() % CHAR_BIT == 0) &&
                 nest.isDefinedOutsideOfLoop(result.memref) &&
                 llvm::all_of(result.indices.drop_back(), [&](Value index) {
                   return nest.isDefinedOutsideOfLoop(index);
                 });
  if (!isArray)
    return std::nullopt;
  std::optional<int64_t> offset =
      getOffset(result.indices.back(), loop.getInductionVar());
  if (!offset || *offset < 0 || *offset + result.count > step ||
      isWritten(result.memref))
    return std::nullopt;
  result.offset = *offset;
  return result;
}

/// A number of all iterations and lanes.
bool ParameterAnalysis::isInvariant(Value value) {
  DenseElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return constant.isSplat();
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    value = broadcast.getSource();
  return value.getType().isIntOrFloat() &&
         (nest.isDefinedOutsideOfLoop(value) ||
          matchPattern(value, m_Constant()));
}

std::optional<ArrayRead> ParameterAnalysis::computeRead(Value value) {
  if (std::optional<ArrayRead> read = matchRead(value)) {
    arrays.insert(read->memref);
    if (isa<VectorType>(value.getType()))
      vectors.insert(value);
    return read;
  }
  Operation *op = value.getDefiningOp();
  if (!op || nest.isDefinedOutsideOfLoop(value) || op->getNumResults() != 1 ||
      !OpTrait::hasElementwiseMappableTraits(op) || !isPure(op))
    return std::nullopt;
  std::optional<ArrayRead> result;
  for (Value operand : op->getOperands()) {
    if (isInvariant(operand))
      continue;
    std::optional<ArrayRead> read = findRead(operand);
    if (!read || (result && (read->offset != result->offset ||
                             read->count != result->count)))
      return std::nullopt;
    result = read;
  }
  return result;
}

std::optional<ArrayRead> ParameterAnalysis::findRead(Value value) {
  auto found = reads.find(value);
  if (found != reads.end())
    return found->second;
  std::optional<ArrayRead> read = computeRead(value);
  reads.try_emplace(value, read);
  return read;
}

bool ParameterAnalysis::isSame(Value lhs, Value rhs) {
  if (lhs == rhs)
    return true;
  if (lhs.getType() != rhs.getType())
    return false;
  std::optional<ArrayRead> left = matchRead(lhs), right = matchRead(rhs);
  if (left || right)
    return left && right && left->isSameArray(*right);
  Operation *leftOp = lhs.getDefiningOp(), *rightOp = rhs.getDefiningOp();
  return leftOp && rightOp &&
         OperationEquivalence::isEquivalentTo(
             leftOp, rightOp,
             [&](Value a, Value b) { return success(isSame(a, b)); },
             /*markEquivalent=*/nullptr, OperationEquivalence::IgnoreLocations);
}
