//===- StorageOps.cpp - Operations on integers as they are stored ---------===//

#include "StorageOps.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace mlir::quant_ext;

static quant::QuantizedType getQuantized(Type type) {
  return dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type));
}

/// Whether `predicate` holds for a type of its operands, results or blocks, or
/// of what these yield.
static bool hasType(Operation *op, function_ref<bool(Type)> predicate) {
  auto hasBlockType = [&](Region &region) {
    return llvm::any_of(region, [&](Block &block) {
      return llvm::any_of(block.getArgumentTypes(), predicate) ||
             (!block.empty() &&
              llvm::any_of(block.back().getOperandTypes(), predicate));
    });
  };
  return llvm::any_of(op->getOperandTypes(), predicate) ||
         llvm::any_of(op->getResultTypes(), predicate) ||
         llvm::any_of(op->getRegions(), hasBlockType);
}

/// Whether numbers without a sign are as good to it as those with one: it moves
/// them, or says which they are.
static bool knowsUnsigned(Operation *op) {
  return isa<tosa::ConcatOp, tosa::ConstOp, tosa::GatherOp, tosa::IdentityOp,
             tosa::IfOp, tosa::PadOp, tosa::RescaleOp, tosa::ReshapeOp,
             tosa::ReverseOp, tosa::ScatterOp, tosa::SelectOp, tosa::SliceOp,
             tosa::TileOp, tosa::TransposeOp, tosa::WhileOp, tosa::YieldOp>(op);
}

/// Whether it has zero points as operands where it needs any, and gives values
/// of the scale that it is given, or of the product of two.
static bool computesOnSigned(Operation *op) {
  return isa<tosa::ArgMaxOp, tosa::AvgPool2dOp, tosa::ClampOp, tosa::Conv2DOp,
             tosa::Conv3DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp,
             tosa::MaxPool2dOp, tosa::MaximumOp, tosa::MinimumOp,
             tosa::NegateOp, tosa::ReduceMaxOp, tosa::ReduceMinOp,
             tosa::TableOp, tosa::TransposeConv2DOp>(op);
}

StringRef quant_ext::findWhyNotOnStorage(Operation *op) {
  if (!isa_and_present<tosa::TosaDialect>(op->getDialect()) ||
      !hasType(op, [](Type type) { return bool(getQuantized(type)); }) ||
      knowsUnsigned(op))
    return "";
  if (!computesOnSigned(op))
    return "expected an operation of TOSA that quantized types mean integers "
           "to, found another";
  return hasType(op,
                 [](Type type) {
                   quant::QuantizedType quantized = getQuantized(type);
                   return quantized && !quantized.isSigned();
                 })
             ? "expected integers with a sign, in which TOSA computes, found "
               "an unsigned storage"
             : "";
}

/// The constant's values as integers of the type that stores them; null where
/// they are in no form that is known here.
static ElementsAttr toStorage(tosa::ConstOp op,
                              const TypeConverter &converter) {
  ElementsAttr values = op.getValues();
  ShapedType type = values.getShapedType();
  Type element = getElementTypeOrSelf(converter.convertType(op.getType()));
  if (type.getElementType() == element)
    return values;
  if (auto dense = dyn_cast<DenseElementsAttr>(values))
    return dense.bitcast(element);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(values))
    return DenseResourceElementsAttr::get(type.clone(element),
                                          resource.getRawHandle());
  return {};
}

bool quant_ext::computesOnStorage(Operation *op,
                                  const TypeConverter &converter) {
  if (!isa_and_present<tensor::TensorDialect, tosa::TosaDialect>(
          op->getDialect()))
    return false;
  // It writes to a block argument of a loop that stays as it is.
  if (isa<tensor::ParallelInsertSliceOp>(op))
    return false;
  if (auto constant = dyn_cast<tosa::ConstOp>(op);
      constant && !toStorage(constant, converter))
    return false;
  return findWhyNotOnStorage(op).empty() && !hasType(op, [&](Type type) {
           return getQuantized(type) && converter.convertType(type) == type;
         });
}

namespace {

struct ConvertStorageOp final : public ConversionPattern {
  ConvertStorageOp(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1,
                          context) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (!computesOnStorage(op, *getTypeConverter()))
      return rewriter.notifyMatchFailure(op, "its types may mean something");
    OperationState state(op->getLoc(), op->getName(), operands, TypeRange(),
                         op->getAttrs(), op->getSuccessors());
    if (failed(getTypeConverter()->convertTypes(op->getResultTypes(),
                                                state.types)))
      return rewriter.notifyMatchFailure(op, "its types do not convert");
    if (auto constant = dyn_cast<tosa::ConstOp>(op))
      state.attributes.set(constant.getValuesAttrName(),
                           toStorage(constant, *getTypeConverter()));
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      state.addRegion();
    Operation *converted = rewriter.create(state);
    for (auto [region, moved] :
         llvm::zip_equal(op->getRegions(), converted->getRegions())) {
      rewriter.inlineRegionBefore(region, moved, moved.end());
      if (failed(rewriter.convertRegionTypes(&moved, *getTypeConverter())))
        return rewriter.notifyMatchFailure(op, "its blocks do not convert");
    }
    rewriter.replaceOp(op, converted);
    return success();
  }
};

} // namespace

void quant_ext::populateStorageOpPatterns(const TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  patterns.add<ConvertStorageOp>(converter, patterns.getContext());
}
