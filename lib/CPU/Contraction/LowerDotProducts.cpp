//===- LowerDotProducts.cpp - Contractions of groups to instructions ------===//

#include "DotProducts.h"

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/CPU/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTLOWERDOTPRODUCTS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// A factor of a contraction before it was extended.
struct Extended {
  Value source;
  bool isSigned;

  static std::optional<Extended> match(Value value) {
    Operation *op = value.getDefiningOp();
    if (!isa_and_present<arith::ExtSIOp, arith::ExtUIOp>(op))
      return std::nullopt;
    return Extended{op->getOperand(0), isa<arith::ExtSIOp>(op)};
  }
  VectorType getType() const { return cast<VectorType>(source.getType()); }
  unsigned getWidth() const { return getType().getElementTypeBitWidth(); }
};

/// sum[column] + lhs[product] * rhs[column, product], of extended factors, to
/// one instruction of a recipe for each register of columns.
struct LowerDotProduct final : public OpRewritePattern<vector::ContractionOp> {
  LowerDotProduct(MLIRContext *context, const DotProductRecipe &recipe)
      : OpRewritePattern(context), recipe(recipe) {}

  LogicalResult matchAndRewrite(vector::ContractionOp op,
                                PatternRewriter &rewriter) const override;

private:
  Value emitRegister(OpBuilder &b, Location loc, Value lhs, Value rhs,
                     Value sums, bool rhsIsSigned) const;

  const DotProductRecipe &recipe;
};

} // namespace

static Value callIntrinsic(OpBuilder &b, Location loc, StringRef name,
                           Type type, ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(b, loc, type, b.getStringAttr(name),
                                       operands)
      .getResults();
}

static bool isGroupContraction(vector::ContractionOp op) {
  return op.getKind() == vector::CombiningKind::ADD &&
         op.getIndexingMapsArray() == getGroupMaps(op.getContext()) &&
         getElementTypeOrSelf(op.getAccType()).isInteger(32);
}

static Value slice(OpBuilder &b, Location loc, Value vector, int64_t begin,
                   int64_t size) {
  if (cast<VectorType>(vector.getType()).getNumElements() == size)
    return vector;
  return vector::ExtractStridedSliceOp::create(
      b, loc, vector, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{size},
      ArrayRef<int64_t>{1});
}

/// The products of a register: `lhs` has a group of products, `rhs` those of
/// each lane one after the other, both as the recipe wants them.
Value LowerDotProduct::emitRegister(OpBuilder &b, Location loc, Value lhs,
                                    Value rhs, Value sums,
                                    bool rhsIsSigned) const {
  auto sumsType = cast<VectorType>(sums.getType());
  auto rhsType = cast<VectorType>(rhs.getType());
  // The group is what one lane holds.
  auto group = VectorType::get({1}, b.getIntegerType(32));
  auto repeat = [&]() -> Value {
    Value one = vector::BitCastOp::create(b, loc, group, lhs);
    Value scalar = vector::ExtractOp::create(b, loc, one, int64_t(0));
    Value all = vector::BroadcastOp::create(b, loc, sumsType, scalar);
    return vector::BitCastOp::create(b, loc, rhsType, all);
  };
  switch (recipe.instruction) {
  case DotProductRecipe::Instruction::Accumulate:
    // What LLVM calls the first factor is the left one only where signs differ.
    if (recipe.signs == FactorSigns::UnsignedSigned)
      return callIntrinsic(b, loc, recipe.intrinsic, sumsType,
                           {sums, repeat(), rhs});
    return callIntrinsic(
        b, loc, rhsIsSigned ? recipe.intrinsic : recipe.unsignedIntrinsic,
        sumsType, {sums, rhs, repeat()});
  case DotProductRecipe::Instruction::Multiply:
    return arith::AddIOp::create(
        b, loc, sums,
        callIntrinsic(b, loc, recipe.intrinsic, sumsType, {rhs, repeat()}));
  case DotProductRecipe::Instruction::Scalar:
    break;
  }
  // i16 by i16 is what NEON multiplies and adds; others find their own.
  Value scalar = vector::ExtractOp::create(b, loc, lhs, int64_t(0));
  Value wide = arith::ExtSIOp::create(b, loc, b.getI32Type(), scalar);
  Value left = vector::BroadcastOp::create(b, loc, sumsType, wide);
  Value right = arith::ExtSIOp::create(b, loc, sumsType, rhs);
  Value products = arith::MulIOp::create(b, loc, left, right);
  return arith::AddIOp::create(b, loc, sums, products);
}

LogicalResult
LowerDotProduct::matchAndRewrite(vector::ContractionOp op,
                                 PatternRewriter &rewriter) const {
  if (!isGroupContraction(op))
    return rewriter.notifyMatchFailure(op, "not of a group of products");
  if (op.isMasked())
    return rewriter.notifyMatchFailure(op, "some of its products are masked");
  std::optional<Extended> lhs = Extended::match(op.getLhs());
  std::optional<Extended> rhs = Extended::match(op.getRhs());
  if (!lhs || !rhs)
    return rewriter.notifyMatchFailure(op, "its factors are not extended");
  int64_t columns = rhs->getType().getDimSize(0);
  int64_t depth = rhs->getType().getDimSize(1);
  if (depth != recipe.depth || columns % recipe.lanes != 0 ||
      rhs->getWidth() != 8 || lhs->getWidth() != (recipe.widensLhs() ? 16 : 8))
    return rewriter.notifyMatchFailure(op, "not in the form of the recipe");
  bool hasSigns = recipe.signs == FactorSigns::Any ? lhs->isSigned
                  : recipe.signs == FactorSigns::UnsignedSigned
                      ? !lhs->isSigned && rhs->isSigned
                      : lhs->isSigned == rhs->isSigned;
  if (!hasSigns)
    return rewriter.notifyMatchFailure(op, "not with the signs of the recipe");

  Location loc = op.getLoc();
  Value right = vector::ShapeCastOp::create(
      rewriter, loc, VectorType::get({columns * depth}, rewriter.getI8Type()),
      rhs->source);
  if (recipe.widensLhs()) {
    auto wide = VectorType::get({columns * depth}, rewriter.getI16Type());
    if (rhs->isSigned)
      right = arith::ExtSIOp::create(rewriter, loc, wide, right);
    else
      right = arith::ExtUIOp::create(rewriter, loc, wide, right);
  }
  Value result = op.getAcc();
  for (int64_t column = 0; column < columns; column += recipe.lanes) {
    Value sums = slice(rewriter, loc, op.getAcc(), column, recipe.lanes);
    Value factors =
        slice(rewriter, loc, right, column * depth, recipe.lanes * depth);
    Value added =
        emitRegister(rewriter, loc, lhs->source, factors, sums, rhs->isSigned);
    result = columns == recipe.lanes
                 ? added
                 : vector::InsertStridedSliceOp::create(
                       rewriter, loc, added, result, ArrayRef<int64_t>{column},
                       ArrayRef<int64_t>{1})
                       .getResult();
  }
  rewriter.replaceOp(op, result);
  return success();
}

void quant_ext::populateLowerDotProductPatterns(RewritePatternSet &patterns,
                                                const TargetInfo &target) {
  patterns.add<LowerDotProduct>(patterns.getContext(),
                                chooseDotProduct(target));
}

namespace {

struct LowerDotProductsPass
    : public quant_ext::impl::QuantExtLowerDotProductsBase<
          LowerDotProductsPass> {
  using QuantExtLowerDotProductsBase::QuantExtLowerDotProductsBase;

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<TargetInfo> info = resolveTarget(context, target, features);
    if (failed(info))
      return failure();
    RewritePatternSet set(context);
    populateLowerDotProductPatterns(set, *info);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    walkAndApplyPatterns(getOperation(), patterns);
    // The extensions of factors, which instructions do themselves.
    getOperation()->walk([](Operation *op) {
      if (isa<arith::ExtSIOp, arith::ExtUIOp>(op) && isOpTriviallyDead(op))
        op->erase();
    });
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
