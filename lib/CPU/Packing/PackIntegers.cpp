//===- PackIntegers.cpp - Narrow elements to bytes ------------------------===//

#include "PackRows.h"
#include "PackedLayout.h"
#include "Tensor/CollapseDims.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/ControlFlow/Transforms/StructuralTypeConversions.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTPACKINTEGERS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// `tensor`, whose elements become `elementType` by `cast`.
static Value castElements(OpBuilder &builder, Location loc, Value tensor,
                          Type elementType,
                          Value (*cast)(OpBuilder &, Location, Value, Type)) {
  int64_t rank = llvm::cast<RankedTensorType>(tensor.getType()).getRank();
  Value init = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, tensor), elementType);
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  // Not arith on tensors, which cannot be bufferized.
  return linalg::GenericOp::create(
             builder, loc, init.getType(), tensor, init, {identity, identity},
             SmallVector<utils::IteratorType>(rank,
                                              utils::IteratorType::parallel),
             [&](OpBuilder &body, Location bodyLoc, ValueRange args) {
               linalg::YieldOp::create(
                   body, bodyLoc, cast(body, bodyLoc, args[0], elementType));
             })
      .getResult(0);
}

/// Whether every tensor that `op` takes or gives has a layout. Where only some
/// have, the operation stays: no rewrite of both sides alike could be right.
static bool hasLayouts(Operation *op) {
  return llvm::all_of(
      llvm::concat<const Type>(SmallVector<Type>(op->getOperandTypes()),
                               SmallVector<Type>(op->getResultTypes())),
      [](Type type) {
        return !isa<TensorType>(type) || PackedLayout::get(type);
      });
}

namespace {

/// Narrow tensors to what they are in memory. Operations that no pattern knows
/// keep their types: what they read and write is made by materializations.
class PackedTypeConverter : public TypeConverter {
public:
  explicit PackedTypeConverter(Packer &packer) {
    addConversion([](Type type) { return type; });
    addConversion(
        [](RankedTensorType type,
           SmallVectorImpl<Type> &types) -> std::optional<LogicalResult> {
          std::optional<PackedLayout> layout = PackedLayout::get(type);
          if (!layout)
            return std::nullopt;
          layout->appendMemoryTypes(types);
          return success();
        });
    addSourceMaterialization([&packer](OpBuilder &builder,
                                       RankedTensorType type, ValueRange memory,
                                       Location loc) -> Value {
      if (!PackedLayout::get(type))
        return Value();
      Value values = packer.unpack(builder, loc, memory, type);
      // Values that are known already may come after the memory.
      builder.setInsertionPointAfterValue(values);
      return castElements(builder, loc, values, type.getElementType(),
                          takeFromContainer);
    });
    addTargetMaterialization([&packer](OpBuilder &builder, TypeRange,
                                       ValueRange values, Location loc,
                                       Type type) -> SmallVector<Value> {
      if (!type)
        type = values.front().getType();
      std::optional<PackedLayout> layout = PackedLayout::get(type);
      if (!layout)
        return {};
      Value wide = castElements(builder, loc, values.front(), layout->container,
                                putIntoContainer);
      return packer.pack(builder, loc, wide, type);
    });
  }
};

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

struct PackIntegersPass
    : public quant_ext::impl::QuantExtPackIntegersBase<PackIntegersPass> {
  using QuantExtPackIntegersBase::QuantExtPackIntegersBase;

  void runOnOperation() override {
    if (failed(collapseRows()) || failed(convertTypes()) || failed(fuse()))
      return signalPassFailure();
    getOperation()->walk([](linalg::GenericOp op) {
      op->removeAttr(kUnpackMarker);
      op->removeAttr(kPackMarker);
    });
  }

private:
  /// Makes longer rows of those that share bytes: the fewer they are, the fewer
  /// bytes are shared.
  LogicalResult collapseRows() {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (isOnRowsThatShareBytes(op))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops)
      collapseDims(rewriter, op);
    if (ops.empty())
      return success();
    // What is only written to lends its sizes, which a reshape would hide.
    RewritePatternSet patterns(&getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    return applyPatternsGreedily(getOperation(), std::move(patterns));
  }

  LogicalResult convertTypes() {
    MLIRContext *context = &getContext();
    Packer packer;
    PackedTypeConverter converter(packer);
    RewritePatternSet patterns(context);
    ConversionTarget target(*context);
    auto isLegal = [&](Operation *op) { return converter.isLegal(op); };

    populatePackPatterns(patterns, converter, packer);
    target.addDynamicallyLegalOp<arith::ConstantOp>(
        [](arith::ConstantOp op) { return !canPackConstant(op.getValue()); });
    target.addDynamicallyLegalOp<tensor::EmptyOp, tensor::DimOp, tensor::CastOp,
                                 tensor::CollapseShapeOp, tensor::ExpandShapeOp,
                                 tensor::ExtractOp, tensor::ExtractSliceOp,
                                 tensor::InsertSliceOp>(
        [](Operation *op) { return !hasLayouts(op); });
    target.addDynamicallyLegalOp<func::CallOp, func::ReturnOp>(isLegal);
    target.addDynamicallyLegalDialect<linalg::LinalgDialect>(
        [&](Operation *op) {
          return !isa<linalg::LinalgOp>(op) || converter.isLegal(op);
        });

    // Branches convert the blocks that they go to.
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType());
    });
    populateCallOpTypeConversionPattern(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    cf::populateCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                       target);
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    return applyPartialConversion(getOperation(), target, std::move(patterns));
  }

  /// Merges unpacking with what reads the values, and packing with what makes
  /// them, wherever that takes no element twice.
  LogicalResult fuse() {
    auto isMarked = [](Operation *op, StringRef marker) {
      return op && op->hasAttr(marker);
    };
    auto isElementwise = [](Operation *op) {
      auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
      return generic && generic.getNumReductionLoops() == 0;
    };
    auto readsInits = [](linalg::GenericOp op) {
      return llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
        return op.payloadUsesValueFromOperand(&init);
      });
    };
    auto mayReshape = [&](OpOperand *operand) {
      Value value = operand->get();
      // What is unpacked, read by an elementwise operation.
      if (auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>())
        return isMarked(collapse.getSrc().getDefiningOp(), kUnpackMarker) &&
               isElementwise(operand->getOwner());
      // What is split into bytes, made by an elementwise operation.
      if (isa<tensor::ExpandShapeOp>(operand->getOwner()))
        return isElementwise(value.getDefiningOp()) &&
               llvm::all_of(operand->getOwner()->getUsers(),
                            [&](Operation *user) {
                              return isMarked(user, kPackMarker);
                            });
      return false;
    };
    auto mayFuse = [&](OpOperand *operand) {
      Operation *producer = operand->get().getDefiningOp();
      Operation *consumer = operand->getOwner();
      // Where the old values are read, the fused operation would write the new
      // ones too, beside the bytes.
      if (isMarked(consumer, kPackMarker))
        return isElementwise(producer) && producer->hasOneUse() &&
               !readsInits(cast<linalg::GenericOp>(producer));
      return isMarked(producer, kUnpackMarker);
    };

    RewritePatternSet patterns(&getContext());
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, mayReshape);
    linalg::populateElementwiseOpsFusionPatterns(patterns, mayFuse);
    affine::AffineApplyOp::getCanonicalizationPatterns(patterns, &getContext());
    // To ask for a size is no use of elements.
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns,
                                                         &getContext());
    tensor::ExtractSliceOp::getCanonicalizationPatterns(patterns,
                                                        &getContext());
    return applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
