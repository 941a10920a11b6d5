//===- TileContractions.cpp - Packed contractions to register tiles -------===//

#include "ContractionEmitter.h"
#include "Tensor/SplitWork.h"
#include "Vector/GenericVectorizer.h"

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Transforms/TilingInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTTILECONTRACTIONS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// True where the only packed dimension of `op` is its last, in its place.
template <typename RelayoutOp>
static bool tilesLastOnly(RelayoutOp op, int64_t rank, int64_t tile) {
  return op && op.getInnerDimsPos() == ArrayRef<int64_t>{rank - 1} &&
         op.getStaticInnerTiles() == ArrayRef<int64_t>{tile} &&
         op.getOuterDimsPerm().empty();
}

/// The only operation that reads the elements of `value`; null where there are
/// more.
static Operation *getOnlyReader(Value value) {
  Operation *reader = nullptr;
  for (Operation *user : value.getUsers()) {
    if (isa<tensor::DimOp>(user))
      continue;
    if (reader && reader != user)
      return nullptr;
    reader = user;
  }
  return reader;
}

/// Whether `op` makes each element of those in its place, in rows or columns of
/// `value`.
static bool isEpilogue(linalg::GenericOp generic, Value value) {
  auto op = cast<linalg::LinalgOp>(generic.getOperation());
  if (!op.hasPureTensorSemantics() || op.hasIndexSemantics() ||
      op.getNumParallelLoops() != op.getNumLoops() || !isBodyVectorizable(op))
    return false;
  auto isWhole = [](Type type) {
    return type.isIntOrFloat() && type.getIntOrFloatBitWidth() % 8 == 0;
  };
  unsigned last = op.getNumLoops() - 1;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool isUsed = op.payloadUsesValueFromOperand(&operand);
    if (op.isDpsInit(&operand)) {
      if (!map.isIdentity() || isUsed ||
          !isWhole(getElementTypeOrSelf(operand.get())))
        return false;
      continue;
    }
    if (operand.get() == value) {
      if (!map.isIdentity())
        return false;
      continue;
    }
    if (!isUsed || !isa<RankedTensorType>(operand.get().getType()))
      continue;
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true) ||
        !isWhole(getElementTypeOrSelf(operand.get())))
      return false;
    for (unsigned i = 0; i + 1 < map.getNumResults(); ++i)
      if (map.getResult(i).isFunctionOfDim(last))
        return false;
  }
  return true;
}

/// What makes each element of `value`, where all that reads it leads to
/// `reader` alone, and it has no destination that matters.
static linalg::LinalgOp getProducer(Value value, Operation *reader) {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  if (!op || !op.hasPureTensorSemantics() || op->getNumResults() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() ||
      op->getBlock() != reader->getBlock())
    return nullptr;
  OpOperand *init = op.getDpsInitOperand(0);
  if (!op.getMatchingIndexingMap(init).isPermutation() ||
      op.payloadUsesValueFromOperand(init))
    return nullptr;
  Operation *next = getOnlyReader(value);
  if (auto pack = dyn_cast_if_present<linalg::PackOp>(next))
    next = getOnlyReader(pack.getResult());
  return next == reader ? op : nullptr;
}

int64_t ContractionKernel::getReduced() {
  auto type = cast<RankedTensorType>(lhs.getType());
  int64_t last = type.getShape().back();
  return lhsIsPacked ? last * type.getDimSize(type.getRank() - 2) : last;
}

FailureOr<ContractionKernel>
quant_ext::matchContractionKernel(linalg::LinalgOp op) {
  FailureOr<PackedContraction> contraction = matchPackedContraction(op);
  Value dest;
  if (failed(contraction) || !isZeroFilled(op.getDpsInits().front(), dest))
    return failure();
  Value result = op->getResult(0);
  int64_t rank = cast<RankedTensorType>(result.getType()).getRank() - 1;
  auto unpack = dyn_cast_if_present<linalg::UnPackOp>(getOnlyReader(result));
  if (!unpack || unpack->getBlock() != op->getBlock() ||
      unpack.getSource() != result ||
      !tilesLastOnly(unpack, rank, contraction->columns) ||
      ShapedType::isDynamic(unpack.getDestType().getShape().back()))
    return failure();

  ContractionKernel kernel{*contraction,
                           contraction->lhs.get(),
                           /*lhsIsPacked=*/true,
                           unpack,
                           nullptr,
                           nullptr};
  auto pack = kernel.lhs.getDefiningOp<linalg::PackOp>();
  if (tilesLastOnly(pack, rank, contraction->depth)) {
    kernel.lhs = pack.getSource();
    kernel.lhsIsPacked = false;
  }
  kernel.lhsProducer = getProducer(kernel.lhs, op);
  // A sum of no products has no loop, and no cache is too small for its rows.
  if (ShapedType::isDynamic(kernel.getReduced()) || kernel.getReduced() == 0)
    return failure();
  auto epilogue =
      dyn_cast_if_present<linalg::GenericOp>(getOnlyReader(unpack.getResult()));
  if (epilogue && isEpilogue(epilogue, unpack.getResult()))
    kernel.epilogue = epilogue;
  return kernel;
}

namespace {

/// Packing at run time is a transposition.
struct LowerPack final : public OpRewritePattern<linalg::PackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::PackOp op,
                                PatternRewriter &rewriter) const override {
    return linalg::lowerPack(rewriter, op);
  }
};

struct LowerUnPack final : public OpRewritePattern<linalg::UnPackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::UnPackOp op,
                                PatternRewriter &rewriter) const override {
    return linalg::lowerUnPack(rewriter, op);
  }
};

/// A copy into what was filled: tensor.insert_slice alone would become a copy
/// of memory with strides, for which upstream calls a function.
struct LowerPad final : public OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::PadOp op,
                                PatternRewriter &rewriter) const override {
    Value padding = op.getConstantPaddingValue();
    if (!padding || !op.hasZeroLowPad() || !op.getResultType().hasStaticShape())
      return rewriter.notifyMatchFailure(op, "not what packing makes");
    Location loc = op.getLoc();
    RankedTensorType type = op.getResultType();
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                          type.getElementType());
    Value filled =
        linalg::FillOp::create(rewriter, loc, padding, empty).getResult(0);
    SmallVector<OpFoldResult> begins(type.getRank(), rewriter.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), rewriter.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(rewriter, loc, op.getSource());
    Value part = tensor::ExtractSliceOp::create(rewriter, loc, filled, begins,
                                                sizes, strides);
    Value copy = linalg::CopyOp::create(rewriter, loc, op.getSource(), part)
                     .getResult(0);
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(op, copy, filled, begins,
                                                       sizes, strides);
    return success();
  }
};

struct TileContractionsPass
    : public quant_ext::impl::QuantExtTileContractionsBase<
          TileContractionsPass> {
  using QuantExtTileContractionsBase::QuantExtTileContractionsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    QuantExtTileContractionsBase::getDependentDialects(registry);
    linalg::registerTilingInterfaceExternalModels(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto emit = [&] { return emitError(UnknownLoc::get(context)); };
    FailureOr<TargetInfo> resolved = resolveTarget(context, target, features);
    if (failed(resolved))
      return failure();
    if (failed(verifySplitOptions(threads, minElements, emit)))
      return failure();
    info = *resolved;
    recipe = &chooseDotProduct(info);
    RewritePatternSet set(context);
    set.add<LowerPack, LowerUnPack>(context);
    relayouts = std::move(set);
    RewritePatternSet padSet(context);
    padSet.add<LowerPad>(context);
    pads = std::move(padSet);
    return success();
  }

  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    // Not the others: what is computed on accumulators is erased on the way.
    getOperation().walk([&](linalg::LinalgOp op) {
      if (succeeded(matchPackedContraction(op)))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops) {
      FailureOr<ContractionKernel> kernel = matchContractionKernel(op);
      if (failed(kernel))
        continue;
      Operation *last = kernel->epilogue ? kernel->epilogue.getOperation()
                                         : kernel->unpack.getOperation();
      SmallVector<Value> results =
          ContractionEmitter(rewriter, *kernel, *recipe, info,
                             chooseThreads(*kernel))
              .emit();
      rewriter.replaceOp(last, results);
      ++numTiled;
    }
    eraseDead(rewriter);
    walkAndApplyPatterns(getOperation(), relayouts);
    walkAndApplyPatterns(getOperation(), pads);
  }

  /// How many threads there is enough to do for, by the number of products.
  int64_t chooseThreads(ContractionKernel kernel) {
    Operation *op = kernel.contraction.op;
    if (threads == 1 || op->getParentOfType<scf::ForallOp>() ||
        op->getParentOfType<scf::ParallelOp>())
      return 1;
    // Rows of which nobody knows how many they are may be a few.
    constexpr int64_t kFewRows = 8;
    int64_t products = kernel.getColumns() * kernel.getReduced();
    auto type = cast<RankedTensorType>(kernel.lhs.getType());
    for (int64_t size :
         type.getShape().take_front(kernel.contraction.getNumOuter() + 1))
      products *= ShapedType::isDynamic(size) ? kFewRows : size;
    int64_t least = minElements ? minElements : info.caches.l2 / 2;
    if (products < least)
      return 1;
    if (threads)
      return threads;
    // Many parts come out even for any number of threads.
    constexpr int64_t kPartsOfLeast = 8, kMostParts = 64;
    return std::min(kMostParts, products / least * kPartsOfLeast);
  }

  /// What only the replaced operations read, the last first.
  void eraseDead(RewriterBase &rewriter) {
    SmallVector<Operation *> dead;
    getOperation().walk([&](Operation *op) {
      if (isa<linalg::LinalgOp, linalg::PackOp, linalg::UnPackOp>(op))
        dead.push_back(op);
    });
    for (Operation *op : llvm::reverse(dead))
      if (isOpTriviallyDead(op))
        rewriter.eraseOp(op);
  }

  TargetInfo info;
  const DotProductRecipe *recipe = nullptr;
  FrozenRewritePatternSet relayouts, pads;
};

} // namespace
