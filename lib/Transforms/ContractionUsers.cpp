//===- ContractionUsers.cpp - Bias and quantize behind a contraction ------===//

#include "ContractionUsers.h"
#include "ParameterFacts.h"

#include "QuantExt/IR/ConstantFolding.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Bias
//===----------------------------------------------------------------------===//

namespace {
/// A value of which each dimension runs along one of the result's.
struct Addend {
  Value value;
  SmallVector<int64_t> dims;
};
} // namespace

static Addend skipBroadcasts(Addend addend) {
  while (Operation *op = addend.value.getDefiningOp()) {
    SmallVector<int64_t> added;
    if (auto broadcast = dyn_cast<linalg::BroadcastOp>(op)) {
      llvm::append_range(added, broadcast.getDimensions());
    } else if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
      auto dims = linalg::isaBroadcastOpInterface(generic);
      if (!dims)
        break;
      llvm::append_range(added, *dims);
    } else {
      break;
    }
    SmallVector<int64_t> kept;
    for (auto [dim, resultDim] : llvm::enumerate(addend.dims))
      if (!llvm::is_contained(added, static_cast<int64_t>(dim)))
        kept.push_back(resultDim);
    addend = {op->getOperand(0), kept};
  }
  return addend;
}

/// What `use` is added to, where its owner adds elementwise and nothing more.
static std::optional<Addend> getAddend(OpOperand &use) {
  Operation *user = use.getOwner();
  int64_t rank = cast<RankedTensorType>(use.get().getType()).getRank();
  SmallVector<int64_t> identity = llvm::to_vector(llvm::seq(rank));
  unsigned other = 1 - use.getOperandNumber();
  if (isa<arith::AddFOp>(user))
    return Addend{user->getOperand(other), identity};
  auto op = dyn_cast<linalg::LinalgOp>(user);
  if (!op || !op.hasPureTensorSemantics() || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() || !op.isDpsInput(&use))
    return std::nullopt;
  Block &body = op->getRegion(0).front();
  auto add = dyn_cast<arith::AddFOp>(body.front());
  if (!add || add->getNextNode() != body.getTerminator() ||
      body.getTerminator()->getOperand(0) != add.getResult())
    return std::nullopt;
  Value a = body.getArgument(0), b = body.getArgument(1);
  if (!(add.getLhs() == a && add.getRhs() == b) &&
      !(add.getLhs() == b && add.getRhs() == a))
    return std::nullopt;
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInputOperand(other));
  if (!op.getMatchingIndexingMap(&use).isIdentity() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      !map.isProjectedPermutation())
    return std::nullopt;
  SmallVector<int64_t> dims;
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    dims.push_back(map.getDimPosition(i));
  return Addend{op.getDpsInputOperand(other)->get(), dims};
}

/// The integers of an addend, where they are constant and their scale is the
/// product of the scales, number for number.
static std::optional<IntegerBias> getIntegerBias(QuantizedContraction &match,
                                                 const Addend &addend) {
  Addend source = skipBroadcasts(addend);
  auto dequantize = source.value.getDefiningOp<DequantizeOp>();
  if (!dequantize || !match.constantScale || dequantize.getZeroPoint() ||
      dequantize.getStorage().isFloat())
    return std::nullopt;
  Granularity granularity = dequantize.getGranularity();
  std::optional<ConstantData> data = readConstant(dequantize.getInput());
  std::optional<ConstantData> scale =
      ConstantData::get(getConstantScale(dequantize.getScale()));
  // Anything but i32 would have to be extended first, which no front end asks
  // for.
  if (!data || !scale || !data->canExpand() || !scale->canExpand() ||
      dequantize.getStorage().getWidth() != 32 || granularity.isPerBlock())
    return std::nullopt;
  const std::vector<double> &product = *match.constantScale;
  int64_t scaleLoopDim = -1;
  if (!match.scaleLoops.empty())
    scaleLoopDim = getResultDim(match.op, match.scaleLoops.front());
  int64_t axisDim =
      granularity.isPerAxis() ? source.dims[granularity.axis] : -1;
  int64_t count = scale->getNumElements();
  if (product.empty() || count == 0)
    return std::nullopt;
  bool areAlongOne = axisDim >= 0 && scaleLoopDim >= 0;
  if (areAlongOne && (axisDim != scaleLoopDim ||
                      count != static_cast<int64_t>(product.size())))
    return std::nullopt;
  // A single number must equal all of the other's.
  for (int64_t i = 0, n = std::max<int64_t>(count, product.size()); i < n; ++i)
    if (scale->getFloat(axisDim < 0 ? 0 : i) !=
        product[scaleLoopDim < 0 ? 0 : i])
      return std::nullopt;
  return IntegerBias{dequantize.getInput(), source.dims, *data};
}

/// Whether every element of a float tensor is zero, as far as can be seen.
static bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs()[0], m_AnyZeroFloat());
  return matchPattern(value, m_AnyZeroFloat());
}

/// The only use of a result, where it is executed as often as what makes it:
/// the integer form takes the user's place, which may not be in a loop of its
/// own.
static OpOperand *getOnlyUse(Value value) {
  if (!value.hasOneUse())
    return nullptr;
  OpOperand *use = &*value.use_begin();
  return use->getOwner()->getBlock() == value.getParentBlock() ? use : nullptr;
}

/// Finds what follows the sums: a bias that they can start from, at the init
/// operand or behind the contraction.
void quant_ext::matchBias(QuantizedContraction &match) {
  Value init = match.op.getDpsInitOperand(0)->get();
  match.root = match.op;
  if (!isZero(init)) {
    int64_t rank = cast<RankedTensorType>(init.getType()).getRank();
    match.bias =
        getIntegerBias(match, {init, llvm::to_vector(llvm::seq(rank))});
    match.hasFloatInit = !match.bias;
    return;
  }
  OpOperand *use = getOnlyUse(match.op->getResult(0));
  if (!use)
    return;
  std::optional<Addend> addend = getAddend(*use);
  if (!addend)
    return;
  match.bias = getIntegerBias(match, *addend);
  if (match.bias)
    match.root = use->getOwner();
}

//===----------------------------------------------------------------------===//
// Requantization
//===----------------------------------------------------------------------===//

/// Whether a requantize of the sums can take the place of `quantize`.
static bool canRequantize(QuantizedContraction &match, QuantizeOp quantize) {
  // requantize multiplies in f32 and takes the quotient of the scales exactly.
  if (quantize.getStorage().isFloat() || quantize.getPrecision() ||
      quantize.getDivision() != Division::Exact || quantize.getSeed() ||
      match.computingType.isF64() ||
      getElementTypeOrSelf(quantize.getScale().getType()).isF64())
    return false;
  if (match.scaleLoops.size() > 1 || match.hasFloatInit)
    return false;
  Granularity granularity = quantize.getGranularity();
  if (granularity.isPerTensor())
    return true;
  if (!granularity.isPerAxis())
    return false;
  return match.scaleLoops.empty() ||
         getResultDim(match.op, match.scaleLoops.front()) == granularity.axis;
}

/// Whether `value`, in the body of an elementwise operation, is zero.
static bool isZeroInBody(linalg::LinalgOp op, Value value) {
  if (matchPattern(value, m_AnyZeroFloat()))
    return true;
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner()->getParentOp() != op.getOperation())
    return false;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  return op.isDpsInput(operand) && isZero(operand->get());
}

/// Whether the body makes max(x, 0) of the element `x`.
static bool makesRelu(linalg::LinalgOp op, Value x) {
  Value result = op->getRegion(0).front().getTerminator()->getOperand(0);
  Operation *last = result.getDefiningOp();
  auto isPair = [&](Value a, Value b) { return a == x && isZeroInBody(op, b); };
  if (isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(last))
    return isPair(last->getOperand(0), last->getOperand(1)) ||
           isPair(last->getOperand(1), last->getOperand(0));
  auto select = dyn_cast_if_present<arith::SelectOp>(last);
  if (!select || !isPair(select.getTrueValue(), select.getFalseValue()))
    return false;
  auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
  if (!compare || !isPair(compare.getLhs(), compare.getRhs()))
    return false;
  using Predicate = arith::CmpFPredicate;
  return llvm::is_contained(
      {Predicate::OGT, Predicate::OGE, Predicate::UGT, Predicate::UGE},
      compare.getPredicate());
}

/// Whether the user computes max(x, 0) of each element and nothing more. What
/// becomes of NaN makes no difference: sums of integers are none.
static bool isRelu(OpOperand &use) {
  Operation *user = use.getOwner();
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(user))
    return isZero(user->getOperand(1 - use.getOperandNumber()));
  auto op = dyn_cast<linalg::LinalgOp>(user);
  return op && op.hasPureTensorSemantics() && op.getNumDpsInits() == 1 &&
         op.getNumParallelLoops() == op.getNumLoops() && op.isDpsInput(&use) &&
         op.getMatchingIndexingMap(&use).isIdentity() &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() &&
         makesRelu(op, op.getMatchingBlockArgument(&use));
}

/// Whether a relu is the same as a lower bound of the integers: parameters are
/// such that larger numbers never give smaller integers, and zero gives the
/// zero point.
static bool isMonotonic(QuantizedContraction &match, QuantizeOp quantize) {
  return isKnownToBeSound(match.lhsScale.value) &&
         isKnownToBeSound(match.rhsScale.value) &&
         isKnownToBeSound(quantize.getScale()) &&
         holdsZero(quantize.getZeroPoint(), quantize.getStorage());
}

void quant_ext::matchQuantize(QuantizedContraction &match) {
  OpOperand *use = getOnlyUse(match.root->getResult(0));
  bool hasRelu = use && isRelu(*use);
  if (hasRelu)
    use = getOnlyUse(use->getOwner()->getResult(0));
  if (!use || use->getOperandNumber() != 0)
    return;
  auto quantize = dyn_cast<QuantizeOp>(use->getOwner());
  if (!quantize || !canRequantize(match, quantize) ||
      (hasRelu && !isMonotonic(match, quantize)))
    return;
  match.quantize = quantize;
  match.hasRelu = hasRelu;
  match.root = quantize;
}
