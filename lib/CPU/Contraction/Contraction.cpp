//===- Contraction.cpp - Products of 8-bit integers, summed ---------------===//

#include "Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {
/// `out + ext(in[lhs]) * ext(in[rhs])`, as block arguments.
struct Body {
  unsigned lhs, rhs;
  bool lhsSigned, rhsSigned;
};
} // namespace

/// The number of the block argument that is extended, and how.
static std::optional<std::pair<unsigned, bool>> matchExtension(Value value) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_present<arith::ExtSIOp, arith::ExtUIOp>(op))
    return std::nullopt;
  auto argument = dyn_cast<BlockArgument>(op->getOperand(0));
  if (!argument)
    return std::nullopt;
  return std::pair(argument.getArgNumber(), isa<arith::ExtSIOp>(op));
}

static std::optional<Body> matchBody(linalg::LinalgOp op) {
  Block *block = op.getBlock();
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      block->getNumArguments() != 3)
    return std::nullopt;
  auto add =
      block->getTerminator()->getOperand(0).getDefiningOp<arith::AddIOp>();
  if (!add || !add.getType().isInteger(32))
    return std::nullopt;
  Value out = block->getArgument(2);
  Value other = add.getLhs() == out   ? add.getRhs()
                : add.getRhs() == out ? add.getLhs()
                                      : Value();
  auto product = other ? other.getDefiningOp<arith::MulIOp>() : nullptr;
  if (!product)
    return std::nullopt;
  auto first = matchExtension(product.getLhs());
  auto second = matchExtension(product.getRhs());
  if (!first || !second || first->first + second->first != 1 ||
      first->first == second->first)
    return std::nullopt;
  if (first->first == 1)
    std::swap(first, second);
  return Body{0, 1, first->second, second->second};
}

static bool hasWidth(OpOperand *operand, ArrayRef<unsigned> widths) {
  auto type = dyn_cast<RankedTensorType>(operand->get().getType());
  return type && llvm::any_of(widths, [&](unsigned width) {
           return type.getElementType().isInteger(width);
         });
}

SmallVector<unsigned> quant_ext::getDims(AffineMap map) {
  return llvm::map_to_vector(map.getResults(), [](AffineExpr expr) {
    return cast<AffineDimExpr>(expr).getPosition();
  });
}

FailureOr<Contraction> quant_ext::matchContraction(linalg::LinalgOp op,
                                                   StringRef &reason) {
  auto fail = [&](StringRef why) {
    reason = why;
    return failure();
  };
  if (!op.hasPureTensorSemantics() || op->getNumResults() != 1)
    return fail("it is not on tensors");
  std::optional<Body> body = matchBody(op);
  if (!body)
    return fail("it does not sum products of two extended factors");
  OpOperand *lhs = op.getDpsInputOperand(0), *rhs = op.getDpsInputOperand(1);
  if (!hasWidth(lhs, {8}) || !hasWidth(rhs, {8}))
    return fail("its factors are not of i8");
  for (AffineMap map : op.getIndexingMapsArray())
    if (!map.isProjectedPermutation())
      return fail("an operand is not indexed by its dimensions");

  Contraction result{op, {lhs, body->lhsSigned}, {rhs, body->rhsSigned},
                     {}, std::nullopt,           0,
                     0};
  SmallVector<unsigned> batch, rows, columns, reduced;
  AffineMap lhsMap = op.getMatchingIndexingMap(lhs);
  AffineMap rhsMap = op.getMatchingIndexingMap(rhs);
  AffineMap outMap = op.getIndexingMapMatchingResult(op->getResult(0));
  for (unsigned dim = 0, e = op.getNumLoops(); dim < e; ++dim) {
    bool inLhs = lhsMap.isFunctionOfDim(dim);
    bool inRhs = rhsMap.isFunctionOfDim(dim);
    bool inOut = outMap.isFunctionOfDim(dim);
    auto *kind = inLhs && inRhs && inOut ? &batch
                 : inLhs && inOut        ? &rows
                 : inRhs && inOut        ? &columns
                 : inLhs && inRhs        ? &reduced
                                         : nullptr;
    if (!kind)
      return fail("a dimension is in one operand only");
    kind->push_back(dim);
  }
  if (reduced.size() != 1)
    return fail("it does not reduce one dimension");

  // Rows of the result are rows of the left operand: a product with a vector on
  // the right, or one that is transposed, is one of the operands exchanged.
  SmallVector<unsigned> outDims = getDims(outMap);
  bool isTransposed =
      columns.empty() || (!rows.empty() && outDims.back() == rows.back());
  if (isTransposed) {
    std::swap(rows, columns);
    std::swap(result.lhs, result.rhs);
  }
  if (columns.size() != 1)
    return fail("it does not have one dimension of columns");
  result.n = columns.front();
  result.k = reduced.front();
  if (outDims.back() != result.n)
    return fail("columns are not the last dimension of its result");
  outDims.pop_back();
  if (!rows.empty()) {
    if (outDims.back() != rows.back())
      return fail("rows are not the last dimension but one of its result");
    result.m = outDims.pop_back_val();
  } else if (!batch.empty()) {
    return fail("it is a batch of products with vectors");
  }
  result.outer = outDims;
  return result;
}

FailureOr<PackedContraction>
quant_ext::matchPackedContraction(linalg::LinalgOp linalgOp) {
  auto op = dyn_cast<linalg::GenericOp>(linalgOp.getOperation());
  if (!op || !op.hasPureTensorSemantics() || op.getNumLoops() < 5)
    return failure();
  std::optional<Body> body = matchBody(op);
  if (!body)
    return failure();
  OpOperand *lhs = op.getDpsInputOperand(0), *rhs = op.getDpsInputOperand(1);
  if (!hasWidth(lhs, {8, 16}) || !hasWidth(rhs, {8}))
    return failure();

  unsigned outer = op.getNumLoops() - 5, m = outer;
  unsigned panel = m + 1, group = m + 2, column = m + 3, product = m + 4;
  using utils::IteratorType;
  SmallVector<IteratorType> types(op.getNumLoops(), IteratorType::parallel);
  types[group] = types[product] = IteratorType::reduction;
  if (op.getIteratorTypesArray() != types)
    return failure();
  auto outerDims = llvm::to_vector(llvm::seq(outer));
  auto endsWith = [&](OpOperand *operand, ArrayRef<unsigned> last,
                      bool hasAllOuter) {
    AffineMap map = op.getMatchingIndexingMap(operand);
    if (!map.isProjectedPermutation())
      return false;
    SmallVector<unsigned> dims = getDims(map);
    if (dims.size() < last.size() ||
        ArrayRef(dims).take_back(last.size()) != last)
      return false;
    ArrayRef<unsigned> first = ArrayRef(dims).drop_back(last.size());
    if (hasAllOuter)
      return first == ArrayRef(outerDims);
    return llvm::is_sorted(first) &&
           llvm::all_of(first, [&](unsigned dim) { return dim < outer; });
  };
  if (!endsWith(lhs, {m, group, product}, /*hasAllOuter=*/true) ||
      !endsWith(rhs, {panel, group, column, product}, /*hasAllOuter=*/false) ||
      !endsWith(op.getDpsInitOperand(0), {m, panel, column},
                /*hasAllOuter=*/true))
    return failure();
  auto rhsType = cast<RankedTensorType>(rhs->get().getType());
  ArrayRef<int64_t> tail = rhsType.getShape().take_back(4);
  if (llvm::any_of(tail, ShapedType::isDynamic))
    return failure();
  return PackedContraction{
      op, {lhs, body->lhsSigned}, {rhs, body->rhsSigned}, tail[3], tail[2]};
}

bool quant_ext::isZeroFilled(Value tensor, Value &dest) {
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>()) {
    if (!matchPattern(fill.getInputs().front(), m_Zero()))
      return false;
    dest = fill.getDpsInits().front();
    return true;
  }
  DenseElementsAttr constant;
  return matchPattern(tensor, m_Constant(&constant)) && constant.isSplat() &&
         constant.getSplatValue<APInt>().isZero();
}
