//===- VectorPlan.cpp - Which dimension becomes a vector ------------------===//

#include "GenericVectorizer.h"
#include "MemoryUnits.h"
#include "Tensor/CollapseDims.h"

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace mlir::quant_ext;

bool quant_ext::isScale(BlockArgument element) {
  return llvm::any_of(element.getUses(), [](OpOperand &use) {
    auto quantize = dyn_cast<ApplyQuantizeOp>(use.getOwner());
    return quantize && &use == &quantize.getScaleMutable();
  });
}

VectorShape quant_ext::shapeFor(linalg::LinalgOp op, const VectorPlan &plan,
                                VectorShape shape) {
  if (!hasPackedOperand(op, plan))
    return shape;
  bool joins = linalg::isReductionIterator(
      op.getIteratorTypesArray()[*plan.interleavedDim]);
  // What depends on scales of lanes takes registers of its own.
  bool hasScales = llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *in) {
    return isScale(op.getMatchingBlockArgument(in)) &&
           op.getMatchingIndexingMap(in).isFunctionOfDim(plan.vectorDim);
  });
  int64_t elements = joins && !hasScales ? shape.joined : shape.width;
  shape.width = std::max<int64_t>(
      elements / op.getStaticLoopRanges()[*plan.interleavedDim], 1);
  return shape;
}

bool quant_ext::isBodyVectorizable(linalg::LinalgOp op) {
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (isa<linalg::IndexOp>(inner) || inner.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (!OpTrait::hasElementwiseMappableTraits(&inner))
      return false;
    if (!llvm::all_of(inner.getResultTypes(), VectorType::isValidElementType))
      return false;
  }
  return true;
}

/// Operations that give the same bits in any order. Floating-point sums and
/// products do not.
static bool isReorderable(const Combiner &combiner) {
  using vector::CombiningKind;
  switch (combiner.kind) {
  case CombiningKind::ADD:
  case CombiningKind::MUL:
    return combiner.op->getResult(0).getType().isInteger();
  default:
    return true;
  }
}

/// The combiner of each result; failure where one may not be reordered.
static FailureOr<SmallVector<Combiner>> findCombiners(linalg::LinalgOp op) {
  SmallVector<Combiner> combiners;
  for (unsigned i = 0, e = op.getNumDpsInits(); i < e; ++i) {
    SmallVector<Operation *, 4> ops;
    if (!matchReduction(op.getRegionOutputArgs(), i, ops) || ops.size() != 1)
      return failure();
    std::optional<vector::CombiningKind> kind =
        linalg::getCombinerOpKind(ops.front());
    if (!kind)
      return failure();
    Combiner combiner{ops.front(), *kind};
    if (!isReorderable(combiner))
      return failure();
    combiners.push_back(combiner);
  }
  return combiners;
}

/// True where a reduction has a result of its own in each of its steps, beside
/// what it accumulates. Loops carry accumulators only.
static bool writesInReduction(linalg::LinalgOp op) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  return llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    return llvm::any_of(reductions,
                        [&](unsigned dim) { return map.isFunctionOfDim(dim); });
  });
}

/// True where the vector dimension of `plan` suits every operand.
static bool suitsOperands(linalg::LinalgOp op, const VectorPlan &plan) {
  for (OpOperand &operand : op->getOpOperands()) {
    Access access = getAccess(op, operand, plan);
    // An operand that only lends its shape is never read.
    bool isUsed =
        op.isDpsInit(&operand) || op.payloadUsesValueFromOperand(&operand);
    if (isUsed && access == Access::Unsupported)
      return false;
    if (!op.isDpsInit(&operand))
      continue;
    bool isResult = plan.kind == VectorPlan::Kind::Parallel;
    if (isResult != (access != Access::Invariant))
      return false;
    // Unrolling must reach every result, unless it reduces.
    if (plan.interleavedDim && access != Access::Interleaved &&
        op.getIteratorTypesArray()[*plan.interleavedDim] !=
            utils::IteratorType::reduction)
      return false;
  }
  return true;
}

/// The innermost dimension, where its size is 2 or 4 and its neighbour can be
/// the vector's.
static std::optional<VectorPlan> planInterleaved(linalg::LinalgOp op) {
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  if (sizes.size() < 2 || !canInterleave(sizes.back()))
    return std::nullopt;
  VectorPlan plan;
  plan.kind = VectorPlan::Kind::Parallel;
  plan.interleavedDim = sizes.size() - 1;
  plan.vectorDim = sizes.size() - 2;
  // Unrolled, a reduction is the outermost of all.
  bool isReordered = types.back() == utils::IteratorType::reduction &&
                     llvm::is_contained(ArrayRef(types).drop_back(),
                                        utils::IteratorType::reduction);
  if (isReordered && failed(findCombiners(op)))
    return std::nullopt;
  if (sizes[plan.vectorDim] == 1 || !suitsOperands(op, plan))
    return std::nullopt;
  return plan;
}

int64_t quant_ext::countWholeRows(int64_t width, int64_t columns) {
  return width / std::gcd(width, columns);
}

/// How many rows to lay side by side; 0 for none. The vectors of a step are
/// unrolled, because each has the parameters of columns in other lanes.
static int64_t chooseRowsPerStep(int64_t columns, const VectorShape &shape) {
  int64_t width = shape.width;
  constexpr int64_t kMaxUnrolling = 16;
  if (columns % width == 0)
    return 0;
  // Best are whole vectors: they have no masks, and keep to the alignment of
  // the first.
  int64_t whole = countWholeRows(width, columns);
  if (whole * columns / width <= kMaxUnrolling)
    return whole;
  if (!shape.masked) {
    int64_t narrow = shape.getNarrowWidth();
    int64_t rows = countWholeRows(narrow, columns);
    int64_t elements = rows * columns;
    bool isShort =
        narrow && elements / width + elements % width / narrow <= kMaxUnrolling;
    return isShort && rows > 1 ? rows : 0;
  }
  // One vector of a step is masked. Few of its lanes may be idle, and fewer
  // than if each row had a masked vector of its own.
  auto countIdle = [](int64_t elements, int64_t lanes) {
    return static_cast<double>(lanes - elements) / lanes;
  };
  int64_t rowLanes = columns < width ? llvm::PowerOf2Ceil(columns)
                                     : llvm::alignTo(columns, width);
  constexpr double kMaxIdle = 1.0 / 24, kGain = 1.0 / 24;
  for (int64_t vectors = 1; vectors <= kMaxUnrolling; ++vectors) {
    int64_t rows = vectors * width / columns;
    double idle = countIdle(rows * columns, vectors * width);
    if (rows > 1 && idle <= kMaxIdle &&
        idle + kGain <= countIdle(columns, rowLanes))
      return rows;
  }
  return 0;
}

std::optional<int64_t> quant_ext::getStaticBytes(linalg::LinalgOp op) {
  int64_t bytes = 0;
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(getWhole(operand).getType());
    if (!type)
      continue;
    if (!type.hasStaticShape())
      return std::nullopt;
    bytes += getTotalBytes(type);
  }
  return bytes;
}

/// Whether all scales stay the same along `rows`, while they move along the
/// vector's dimension.
static bool sharesScales(linalg::LinalgOp op, const VectorPlan &plan,
                         unsigned rows) {
  bool isShared = false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (!isScale(op.getMatchingBlockArgument(input)))
      continue;
    AffineMap map = op.getMatchingIndexingMap(input);
    if (!map.isFunctionOfDim(plan.vectorDim) || map.isFunctionOfDim(rows))
      return false;
    isShared = true;
  }
  return isShared;
}

/// The dimension along which strips go, where `rows` is one whose rows share
/// scales.
static std::optional<unsigned> findStripDim(linalg::LinalgOp op,
                                            const VectorShape &shape,
                                            const VectorPlan &plan,
                                            std::optional<unsigned> rows) {
  if (!rows || op.getStaticLoopRanges()[*rows] == 1)
    return std::nullopt;
  // See planRows: what is known at run time only takes a branch.
  std::optional<int64_t> bytes = getStaticBytes(op);
  if (bytes ? *bytes >= shape.stripBytes : isa<scf::IfOp>(op->getParentOp()))
    return std::nullopt;
  return sharesScales(op, plan, *rows) ? rows : std::nullopt;
}

/// The innermost loop around that over vectors.
static std::optional<unsigned> findInnermostRows(linalg::LinalgOp op,
                                                 const VectorPlan &plan) {
  std::optional<unsigned> rows;
  for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray()))
    if (type == utils::IteratorType::parallel && dim != plan.vectorDim &&
        dim != plan.interleavedDim)
      rows = dim;
  return rows;
}

/// Bytes of what an operand, of elements that fill bytes, has for one row.
static int64_t getBytesOfRow(linalg::LinalgOp op, OpOperand &operand,
                             unsigned rows) {
  int64_t elements = 1;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  for (unsigned dim = rows + 1; dim < op.getNumLoops(); ++dim)
    if (map.isFunctionOfDim(dim))
      elements *= sizes[dim];
  return elements * getElementBytes(operand.get().getType());
}

/// Whether rows that come from memory are worth taking a few at a time: they
/// come faster by turns, or they share scales to divide by, or an operand that
/// the nearest cache cannot hold beside them, and divide or read once for all.
static bool isWorthSpreading(linalg::LinalgOp op, const VectorPlan &plan,
                             const VectorShape &shape, unsigned rows) {
  constexpr int64_t kLeastRows = 64;
  std::optional<int64_t> bytes = getStaticBytes(op);
  if (shape.spreadRows == 1 || !bytes || *bytes < shape.stripBytes ||
      op.getIteratorTypesArray()[rows] != utils::IteratorType::parallel ||
      op.getStaticLoopRanges()[rows] < kLeastRows)
    return false;
  int64_t shared = 0, read = 0, written = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type)
      continue;
    // A part of what has a known size need not have one.
    if (!type.hasStaticShape())
      return false;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool isOfRow = map.isFunctionOfDim(rows);
    // With whole lines, rows of all parts begin at one where the first does.
    if (op.isDpsInit(&operand)) {
      int64_t bytes = getBytesOfRow(op, operand, rows);
      if (!isOfRow || bytes % kLineBytes != 0)
        return false;
      written += bytes;
      continue;
    }
    if (isOfRow)
      read = std::max(read, getBytesOfRow(op, operand, rows));
    else if (map.isFunctionOfDim(plan.vectorDim) &&
             op.payloadUsesValueFromOperand(&operand))
      shared += getBytesOfRow(op, operand, rows);
  }
  if (shape.turn)
    return read >= written && read >= shape.turn.read;
  return shared >= shape.sharedBytes || sharesScales(op, plan, rows);
}

/// Chooses the rows of which several share a vector of what stays the same
/// along them.
static void planStrips(linalg::LinalgOp op, const VectorShape &shape,
                       VectorPlan &plan) {
  plan.stripDim = findStripDim(op, shape, plan, findInnermostRows(op, plan));
  if (plan.stripDim || plan.vectorDim == 0 ||
      !isWorthSpreading(op, plan, shape, plan.vectorDim - 1))
    return;
  plan.stripDim = plan.vectorDim - 1;
  plan.spreadsRows = true;
}

/// Rows that fill no whole vectors, laid side by side; of bytes that the steps
/// of the innermost dimension make up, where `isInterleaved` says so.
static std::optional<VectorPlan>
planRows(linalg::LinalgOp op, const VectorShape &shape, bool isInterleaved) {
  VectorPlan plan;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  if (isInterleaved) {
    // What is made of bytes goes on with the parameters of a row instead, and
    // takes longer where they are shuffled.
    if (sizes.empty() || !canInterleave(sizes.back()) ||
        !linalg::isReductionIterator(types.back()))
      return std::nullopt;
    plan.interleavedDim = sizes.size() - 1;
    sizes.pop_back();
    types.pop_back();
  }
  bool isParallel = llvm::all_of(types, linalg::isParallelIterator);
  bool usesIndex = llvm::any_of(
      op.getBlock()->getOps<linalg::IndexOp>(),
      [&](linalg::IndexOp index) { return index.getDim() < sizes.size(); });
  if (sizes.size() < 2 || !isParallel || usesIndex ||
      sizes[sizes.size() - 2] == 1)
    return std::nullopt;
  int64_t columns = sizes.back();
  bool isDynamic = ShapedType::isDynamic(columns);
  if (columns == 0 || (isDynamic && isInterleaved))
    return std::nullopt;
  // A branch yields an allocation, and nothing else can be exchanged for the
  // caller's buffer: what is expanded to several dynamic dimensions does not
  // fold to what was collapsed.
  if (isDynamic && isa<scf::IfOp>(op->getParentOp()))
    return std::nullopt;
  plan.kind = VectorPlan::Kind::Parallel;
  plan.vectorDim = sizes.size() - 1;
  plan.rowDim = sizes.size() - 2;
  plan.rowsPerStep =
      isDynamic ? 0 : chooseRowsPerStep(columns, shapeFor(op, plan, shape));
  if (!isDynamic && plan.rowsPerStep == 0)
    return std::nullopt;
  bool isRepeated = false;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!op.isDpsInit(&operand) && !op.payloadUsesValueFromOperand(&operand))
      continue;
    Access access = getAccess(op, operand, plan);
    if (access == Access::Unsupported ||
        (op.isDpsInit(&operand) && access != Access::AcrossRows))
      return std::nullopt;
    if (access == Access::AcrossRows &&
        !hasAdjacentRows(operand.get(), countFlatDims(op, operand, plan)))
      return std::nullopt;
    isRepeated |= access == Access::PerColumn;
    // Lanes of a row that are known at run time only cannot be shuffled.
    bool isRow = access == Access::PerColumn &&
                 op.getMatchingIndexingMap(&operand).getNumResults() == 1;
    if (isDynamic && !isRow && access != Access::AcrossRows &&
        access != Access::Invariant)
      return std::nullopt;
  }
  if (isDynamic && !isRepeated)
    return std::nullopt;
  if (!llvm::all_of(op->getResults(),
                    [](Value result) { return hasAdjacentRows(result); }))
    return std::nullopt;
  if (isDynamic)
    plan.stripDim = findStripDim(op, shape, plan, plan.rowDim);
  return plan;
}

FailureOr<VectorPlan> quant_ext::planVectorization(linalg::LinalgOp op,
                                                   const VectorShape &shape,
                                                   StringRef &reason) {
  if (!op.hasPureTensorSemantics()) {
    reason = "it is not on tensors";
    return failure();
  }
  if (!isBodyVectorizable(op)) {
    reason = "its body is not elementwise";
    return failure();
  }
  if (writesInReduction(op)) {
    reason = "a result depends on a reduction dimension";
    return failure();
  }
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  if (llvm::all_of(sizes, [](int64_t size) { return size == 1; }))
    return VectorPlan();
  for (bool isInterleaved : {false, true})
    if (std::optional<VectorPlan> plan = planRows(op, shape, isInterleaved))
      return *plan;
  if (std::optional<VectorPlan> plan = planInterleaved(op)) {
    planStrips(op, shape, *plan);
    return *plan;
  }

  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  for (auto kind : {VectorPlan::Kind::Parallel, VectorPlan::Kind::Reduction}) {
    VectorPlan plan;
    plan.kind = kind;
    bool wantsParallel = kind == VectorPlan::Kind::Parallel;
    for (unsigned dim = sizes.size(); dim-- > 0;) {
      plan.vectorDim = dim;
      bool isParallel = types[dim] == utils::IteratorType::parallel;
      if (sizes[dim] == 1 || isParallel != wantsParallel ||
          !suitsOperands(op, plan))
        continue;
      if (wantsParallel) {
        planStrips(op, shape, plan);
        return plan;
      }
      FailureOr<SmallVector<Combiner>> combiners = findCombiners(op);
      if (failed(combiners)) {
        reason = "its reduction may not be reordered";
        return failure();
      }
      plan.combiners = std::move(*combiners);
      return plan;
    }
  }
  reason = "no dimension is contiguous in all its operands";
  return failure();
}
