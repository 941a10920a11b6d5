//===- StorageOps.cpp - Operations on integers as they are stored ---------===//

#include "StorageOps.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace mlir::quant_ext;

static bool isUnsigned(Type type) {
  auto quantized = dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type));
  return quantized && !quantized.isSigned();
}

/// Whether numbers without a sign are as good to it as those with one: it moves
/// them, or says which they are.
static bool knowsUnsigned(Operation *op) {
  return isa<tosa::ConcatOp, tosa::ConstOp, tosa::GatherOp, tosa::IdentityOp,
             tosa::IfOp, tosa::PadOp, tosa::RescaleOp, tosa::ReshapeOp,
             tosa::ReverseOp, tosa::ScatterOp, tosa::SliceOp, tosa::TileOp,
             tosa::TransposeOp, tosa::WhileOp, tosa::YieldOp>(op);
}

bool quant_ext::computesOnStorage(Operation *op) {
  if (isa_and_present<tensor::TensorDialect>(op->getDialect()))
    return true;
  if (!isa_and_present<tosa::TosaDialect>(op->getDialect()))
    return false;
  return knowsUnsigned(op) ||
         (llvm::none_of(op->getOperandTypes(), isUnsigned) &&
          llvm::none_of(op->getResultTypes(), isUnsigned));
}

namespace {

struct ConvertStorageOp final : public ConversionPattern {
  ConvertStorageOp(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1,
                          context) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (!computesOnStorage(op))
      return rewriter.notifyMatchFailure(op, "its types may mean something");
    OperationState state(op->getLoc(), op->getName(), operands, TypeRange(),
                         op->getAttrs(), op->getSuccessors());
    if (failed(getTypeConverter()->convertTypes(op->getResultTypes(),
                                                state.types)))
      return rewriter.notifyMatchFailure(op, "its types do not convert");
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
