//===- ElementReader.cpp - What a body reads for an element ---------------===//

#include "ElementReader.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// Null for other values, and for tensors whose encoding would be lost.
static RankedTensorType getPlainTensorType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && !type.getEncoding() ? type : RankedTensorType();
}

std::optional<ElementReader> ElementReader::get(linalg::GenericOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumResults() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return std::nullopt;
  // What the body does besides would be lost.
  if (!llvm::all_of(op.getBody()->without_terminator(),
                    [](Operation &inner) { return isPure(&inner); }) ||
      !getPlainTensorType(op.getResult(0)))
    return std::nullopt;
  return ElementReader(op);
}

Value ElementReader::getYielded() {
  return op.getBody()->getTerminator()->getOperand(0);
}

OpOperand *ElementReader::findInput(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != op.getBody() ||
      argument.getArgNumber() >= op.getNumDpsInputs())
    return nullptr;
  return op.getDpsInputOperand(argument.getArgNumber());
}

Value ElementReader::findTensor(Value value) {
  OpOperand *input = findInput(value);
  if (!input || !getPlainTensorType(input->get()) ||
      !op.getMatchingIndexingMap(input).isIdentity())
    return {};
  return input->get();
}

std::optional<SharedNumber> ElementReader::findShared(Value value) {
  SharedNumber number;
  if (TypedAttr constant; matchPattern(value, m_Constant(&constant))) {
    if (constant.getType() != value.getType())
      return std::nullopt;
    number.constant = constant;
    return number;
  }
  OpOperand *input = findInput(value);
  if (!input) {
    if (op.getRegion().isAncestor(value.getParentRegion()))
      return std::nullopt;
    number.source = value;
    return number;
  }

  number.source = input->get();
  if (!isa<ShapedType>(number.source.getType()))
    return number;
  RankedTensorType type = getPlainTensorType(number.source);
  if (!type)
    return std::nullopt;
  AffineMap map = op.getMatchingIndexingMap(input);
  for (auto [size, index] :
       llvm::zip_equal(type.getShape(), map.getResults())) {
    if (auto dim = dyn_cast<AffineDimExpr>(index); dim && !number.axis) {
      number.axis = dim.getPosition();
      continue;
    }
    auto constant = dyn_cast<AffineConstantExpr>(index);
    if (size != 1 || !constant || constant.getValue() != 0)
      return std::nullopt;
  }
  return number;
}

RankedTensorType SharedNumber::getTensorType(Type elementType) const {
  if (!axis)
    return RankedTensorType::get({}, elementType);
  auto type = cast<RankedTensorType>(source.getType());
  int64_t size =
      type.hasStaticShape() ? type.getNumElements() : ShapedType::kDynamic;
  return RankedTensorType::get({size}, elementType);
}

Value quant_ext::createTensor(OpBuilder &builder, Location loc,
                              const SharedNumber &number, Type elementType) {
  RankedTensorType type = number.getTensorType(elementType);
  if (number.constant)
    return arith::ConstantOp::create(
        builder, loc, DenseElementsAttr::get(type, Attribute(number.constant)));
  auto tensor = dyn_cast<RankedTensorType>(number.source.getType());
  if (!tensor)
    return tensor::FromElementsOp::create(builder, loc, type, number.source);
  if (tensor.getRank() == type.getRank())
    return number.source;
  SmallVector<ReassociationIndices> groups;
  if (number.axis)
    groups.push_back(llvm::to_vector(llvm::seq<int64_t>(tensor.getRank())));
  return tensor::CollapseShapeOp::create(builder, loc, type, number.source,
                                         groups);
}
