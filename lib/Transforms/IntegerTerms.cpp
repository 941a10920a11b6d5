//===- IntegerTerms.cpp - What is added to sums of products -------------===//

#include "IntegerBuilder.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"

using namespace mlir;
using namespace mlir::quant_ext;

static LoopIntegers readIntegers(const LoopParameter &parameter,
                                 bool isSigned) {
  const ConstantData &data = *parameter.constant;
  LoopIntegers result;
  result.loops = parameter.loops;
  for (int64_t dim : parameter.dims)
    result.shape.push_back(data.getShape()[dim]);
  for (int64_t i = 0, n = data.getNumElements(); i < n; ++i)
    result.values.push_back(data.getInteger(i, isSigned));
  return result;
}

/// Sums are integers of 32 bits, and what is added to them may wrap on the way:
/// the total does not.
static int32_t wrap(uint64_t value) { return static_cast<int32_t>(value); }

Value IntegerBuilder::createConstant(const LoopIntegers &integers) {
  std::vector<int32_t> values;
  for (int64_t value : integers.values)
    values.push_back(wrap(value));
  ArrayRef<char> raw(reinterpret_cast<const char *>(values.data()),
                     values.size() * sizeof(int32_t));
  return arith::ConstantOp::create(
      b, loc,
      getDenseConstant(RankedTensorType::get(integers.shape, b.getI32Type()),
                       raw));
}

/// Collects constants that follow the same loop into one.
void IntegerBuilder::addConstant(LoopIntegers addend) {
  if (addend.isZero())
    return;
  if (!constantTerm) {
    constantTerm = std::move(addend);
    return;
  }
  if (constantTerm->isScalar())
    std::swap(*constantTerm, addend);
  if (!addend.isScalar() && addend.loops != constantTerm->loops) {
    addTerm({createConstant(addend), addend.loops});
    return;
  }
  for (auto [i, value] : llvm::enumerate(constantTerm->values))
    value =
        wrap(static_cast<uint64_t>(value) +
             static_cast<uint64_t>(addend.values[addend.isScalar() ? 0 : i]));
}

/// The sums of an operand over the reduction loops, with its zero point taken
/// off or not.
LoopTensor IntegerBuilder::buildSum(const IntegerOperand &operand,
                                    bool withoutZeroPoint) {
  LoopTensor result;
  // The operand's own dimensions are the loops here.
  unsigned rank = operand.map.getNumResults();
  SmallVector<utils::IteratorType> iterators;
  SmallVector<AffineExpr> kept;
  SmallVector<OpFoldResult> sizes = getSizes(operand.value), keptSizes;
  DenseMap<unsigned, unsigned> dimOfLoop;
  for (unsigned dim = 0; dim < rank; ++dim) {
    unsigned loop = operand.map.getDimPosition(dim);
    dimOfLoop[loop] = dim;
    utils::IteratorType type = op.getIteratorTypesArray()[loop];
    iterators.push_back(type);
    if (linalg::isReductionIterator(type))
      continue;
    kept.push_back(b.getAffineDimExpr(dim));
    keptSizes.push_back(sizes[dim]);
    result.loops.push_back(loop);
  }
  SmallVector<Value, 2> inputs = {operand.value};
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(rank)};
  bool isSigned = operand.storage.getIsSigned();
  if (withoutZeroPoint && operand.zeroPoint) {
    LoopTensor zero = compress(*operand.zeroPoint, isSigned);
    SmallVector<AffineExpr> dims;
    for (unsigned loop : zero.loops)
      dims.push_back(b.getAffineDimExpr(dimOfLoop[loop]));
    inputs.push_back(zero.value);
    maps.push_back(AffineMap::get(rank, 0, dims, b.getContext()));
  }
  maps.push_back(AffineMap::get(rank, 0, kept, b.getContext()));
  Value init = createZeros(keptSizes);
  result.value =
      linalg::GenericOp::create(
          b, loc, init.getType(), inputs, init, maps, iterators,
          [&](OpBuilder &nested, Location loc, ValueRange args) {
            Value value = convertScalarToDtype(nested, loc, args[0],
                                               nested.getI32Type(), !isSigned);
            if (args.size() == 3)
              value = arith::SubIOp::create(
                  nested, loc, value,
                  convertScalarToDtype(nested, loc, args[1],
                                       nested.getI32Type(), !isSigned));
            Value sum = arith::AddIOp::create(nested, loc, args.back(), value);
            linalg::YieldOp::create(nested, loc, sum);
          })
          .getResult(0);
  return result;
}

/// Subtracts the zero point of `zeroPointOf` times the sums of the other
/// operand, which are `constants` where that is not null.
void IntegerBuilder::addProduct(const IntegerOperand &zeroPointOf,
                                const LoopTensor &sums,
                                const ConstantSums *constants) {
  const LoopParameter &zeroPoint = *zeroPointOf.zeroPoint;
  bool isSigned = zeroPointOf.storage.getIsSigned();
  if (zeroPoint.constant && constants) {
    LoopIntegers zero = readIntegers(zeroPoint, isSigned);
    LoopIntegers product{constants->loops, constants->shape, constants->sums};
    if (!zero.isScalar() && product.isScalar())
      std::swap(zero, product);
    if (zero.isScalar()) {
      for (int64_t &value : product.values)
        value = wrap(-static_cast<uint64_t>(value) *
                     static_cast<uint64_t>(zero.values.front()));
      return addConstant(std::move(product));
    }
  }
  LoopTensor other = sums;
  if (constants)
    other = {
        createConstant({constants->loops, constants->shape, constants->sums}),
        constants->loops};
  Term &term = terms.emplace_back();
  term.factors = {compress(zeroPoint, isSigned), other};
  term.isSubtracted = true;
}

static bool hasZeroPoint(const IntegerOperand &operand) {
  if (!operand.zeroPoint)
    return false;
  return !operand.zeroPoint->constant ||
         !readIntegers(*operand.zeroPoint, operand.storage.getIsSigned())
              .isZero();
}

/// Adds the difference of sum (a - z_a)(w - z_w) and sum a w:
///
///   - z_a sum(w - z_w) - z_w sum(a)
///
/// The zero point is taken off the operand whose sums are constant, if one is.
void IntegerBuilder::addZeroPointTerms(const IntegerOperand &lhs,
                                       const IntegerOperand &rhs) {
  bool swaps = lhs.sums && !rhs.sums;
  const IntegerOperand &a = swaps ? rhs : lhs;
  const IntegerOperand &w = swaps ? lhs : rhs;
  if (hasZeroPoint(a)) {
    LoopTensor sums;
    if (!w.sums)
      sums = buildSum(w, /*withoutZeroPoint=*/true);
    addProduct(a, sums, w.sums ? &*w.sums : nullptr);
  }
  if (hasZeroPoint(w))
    addProduct(w, buildSum(a, /*withoutZeroPoint=*/false), nullptr);
}

/// All terms in one pass over the sums.
Value IntegerBuilder::buildTerms(Value sums) {
  if (constantTerm && !constantTerm->isZero())
    addTerm({createConstant(*constantTerm), constantTerm->loops});
  if (terms.empty())
    return sums;
  SmallVector<Value> inputs = {sums};
  unsigned rank = op.getNumParallelLoops();
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(rank)};
  for (const Term &term : terms) {
    for (const LoopTensor &factor : term.factors) {
      inputs.push_back(factor.value);
      maps.push_back(getResultMap(factor.loops));
    }
  }
  maps.push_back(b.getMultiDimIdentityMap(rank));
  Value empty = tensor::EmptyOp::create(b, loc, getSizes(sums), b.getI32Type());
  auto addTerms = [&](OpBuilder &nested, Location loc, ValueRange args) {
    Value sum = args.front();
    unsigned next = 1;
    for (const Term &term : terms) {
      Value product;
      for (const LoopTensor &factor : term.factors) {
        Value value = convertScalarToDtype(
            nested, loc, args[next++], nested.getI32Type(), !factor.isSigned);
        product = product ? arith::MulIOp::create(nested, loc, product, value)
                          : value;
      }
      if (term.isSubtracted)
        sum = arith::SubIOp::create(nested, loc, sum, product);
      else
        sum = arith::AddIOp::create(nested, loc, sum, product);
    }
    linalg::YieldOp::create(nested, loc, sum);
  };
  return linalg::GenericOp::create(b, loc, empty.getType(), inputs, empty, maps,
                                   SmallVector<utils::IteratorType>(
                                       rank, utils::IteratorType::parallel),
                                   addTerms)
      .getResult(0);
}

Value IntegerBuilder::buildSums(const IntegerOperand &lhs,
                                const IntegerOperand &rhs,
                                const IntegerBias *bias, Value init) {
  if (bias) {
    LoopIntegers integers;
    AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    for (int64_t dim : bias->dims)
      integers.loops.push_back(out.getDimPosition(dim));
    integers.shape.assign(bias->constant.getShape().begin(),
                          bias->constant.getShape().end());
    for (int64_t i = 0, n = bias->constant.getNumElements(); i < n; ++i)
      integers.values.push_back(bias->constant.getInteger(i, true));
    addConstant(std::move(integers));
  }
  addZeroPointTerms(lhs, rhs);
  if (!init)
    init = createZeros(getSizes(op.getDpsInitOperand(0)->get()));
  return buildTerms(buildContraction(lhs, rhs, init));
}
