//===- IntegerScales.cpp - Sums of integers as numbers ------------------===//

#include "IntegerBuilder.h"
#include "ParameterFacts.h"

#include "QuantExt/IR/ConstantFolding.h"

using namespace mlir;
using namespace mlir::quant_ext;

static Value extendFloat(OpBuilder &b, Location loc, Value value, Type type) {
  if (value.getType() == type)
    return value;
  return arith::ExtFOp::create(b, loc, type, value);
}

/// The product of two scales that are not known, which stays finite as the
/// multiplier of requantize does: a sum of 0 is 0 by any scale.
static Value multiplyScales(OpBuilder &b, Location loc, Value lhs, Value rhs,
                            Value largest) {
  Type type = largest.getType();
  Value product = arith::MulFOp::create(b, loc, extendFloat(b, loc, lhs, type),
                                        extendFloat(b, loc, rhs, type));
  return arith::MinimumFOp::create(b, loc, product, largest);
}

static Value createLargest(OpBuilder &b, Location loc, FloatType type) {
  APFloat largest = APFloat::getLargest(type.getFloatSemantics());
  return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, largest));
}

/// The product of the scales, along one loop at most.
LoopTensor IntegerBuilder::buildScale(QuantizedContraction &match) {
  FloatType type = match.computingType;
  LoopTensor lhs = compress(match.lhsScale, false);
  LoopTensor rhs = compress(match.rhsScale, false);
  LoopTensor result;
  result.loops = match.scaleLoops;
  if (match.constantScale) {
    SmallVector<int64_t> shape;
    if (!match.scaleLoops.empty())
      shape.push_back(match.constantScale->size());
    SmallVector<char> raw;
    for (double value : *match.constantScale) {
      float narrow = static_cast<float>(value);
      const char *bytes = type.isF64() ? reinterpret_cast<char *>(&value)
                                       : reinterpret_cast<char *>(&narrow);
      raw.append(bytes, bytes + type.getWidth() / 8);
    }
    result.value = arith::ConstantOp::create(
        b, loc, getDenseConstant(RankedTensorType::get(shape, type), raw));
    return result;
  }
  unsigned rank = result.loops.size();
  auto mapOf = [&](const LoopTensor &scale) {
    return scale.loops.empty() ? AffineMap::get(rank, 0, b.getContext())
                               : b.getMultiDimIdentityMap(rank);
  };
  SmallVector<OpFoldResult> sizes;
  if (rank == 1)
    sizes = getSizes(lhs.loops.empty() ? rhs.value : lhs.value);
  Value empty = tensor::EmptyOp::create(b, loc, sizes, type);
  Value largest = createLargest(b, loc, type);
  result.value =
      linalg::GenericOp::create(
          b, loc, empty.getType(), ValueRange{lhs.value, rhs.value}, empty,
          ArrayRef<AffineMap>{mapOf(lhs), mapOf(rhs),
                              b.getMultiDimIdentityMap(rank)},
          SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel),
          [&](OpBuilder &nested, Location loc, ValueRange args) {
            linalg::YieldOp::create(
                nested, loc,
                multiplyScales(nested, loc, args[0], args[1], largest));
          })
          .getResult(0);
  return result;
}

/// Both scales at each element: their product would have as many numbers as
/// the result.
Value IntegerBuilder::scaleByBoth(QuantizedContraction &match, Value sums) {
  FloatType type = match.computingType, resultType = match.getResultType();
  LoopTensor lhs = compress(match.lhsScale, false);
  LoopTensor rhs = compress(match.rhsScale, false);
  unsigned rank = op.getNumParallelLoops();
  Value empty = tensor::EmptyOp::create(b, loc, getSizes(sums), resultType);
  Value largest = createLargest(b, loc, type);
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  return linalg::GenericOp::create(
             b, loc, empty.getType(), ValueRange{sums, lhs.value, rhs.value},
             empty,
             ArrayRef<AffineMap>{identity, getResultMap(lhs.loops),
                                 getResultMap(rhs.loops), identity},
             SmallVector<utils::IteratorType>(rank,
                                              utils::IteratorType::parallel),
             [&](OpBuilder &nested, Location loc, ValueRange args) {
               Value sum = arith::SIToFPOp::create(nested, loc, type, args[0]);
               Value scale =
                   multiplyScales(nested, loc, args[1], args[2], largest);
               Value value = arith::MulFOp::create(nested, loc, sum, scale);
               if (type != resultType)
                 value =
                     arith::TruncFOp::create(nested, loc, resultType, value);
               linalg::YieldOp::create(nested, loc, value);
             })
      .getResult(0);
}

Value IntegerBuilder::buildFloats(QuantizedContraction &match, Value sums) {
  Value floats;
  if (match.scaleLoops.size() > 1) {
    floats = scaleByBoth(match, sums);
  } else {
    LoopTensor scale = buildScale(match);
    Granularity granularity =
        scale.loops.empty()
            ? Granularity::perTensor()
            : Granularity::perAxis(getResultDim(op, scale.loops.front()));
    floats = DequantizeOp::create(
        b, loc, match.getResultType(), sums, scale.value, /*zeroPoint=*/Value(),
        granularity, StorageAttr::get(b.getContext(), 32, /*isSigned=*/true));
  }
  if (match.hasFloatInit)
    floats =
        arith::AddFOp::create(b, loc, op.getDpsInitOperand(0)->get(), floats);
  return floats;
}

/// The integers, and no less than what stands for zero.
Value IntegerBuilder::buildRelu(QuantizeOp quantize, Value integers) {
  StorageAttr storage = quantize.getStorage();
  Value zeroPoint = quantize.getZeroPoint();
  bool isSigned = storage.getIsSigned();
  SmallVector<Value, 2> inputs = {integers};
  unsigned rank = op.getNumParallelLoops();
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(rank)};
  Value zero;
  if (zeroPoint) {
    // What is at the lower bound needs no other.
    std::optional<ConstantData> data = readConstant(zeroPoint);
    if (data &&
        llvm::all_of(llvm::seq(data->getNumElements()), [&](int64_t index) {
          return data->getInteger(index, isSigned) == storage.getMin();
        }))
      return integers;
    inputs.push_back(zeroPoint);
    SmallVector<AffineExpr> dims;
    if (std::optional<int64_t> axis = quantize.getAxis())
      dims.push_back(b.getAffineDimExpr(*axis));
    maps.push_back(AffineMap::get(rank, 0, dims, b.getContext()));
  } else {
    zero = arith::ConstantOp::create(
        b, loc, b.getIntegerAttr(storage.getElementType(), 0));
  }
  maps.push_back(b.getMultiDimIdentityMap(rank));
  Value empty = tensor::EmptyOp::create(b, loc, getSizes(integers),
                                        storage.getElementType());
  return linalg::GenericOp::create(
             b, loc, empty.getType(), inputs, empty, maps,
             SmallVector<utils::IteratorType>(rank,
                                              utils::IteratorType::parallel),
             [&](OpBuilder &nested, Location loc, ValueRange args) {
               Value least = zero ? zero : args[1];
               Value larger =
                   isSigned
                       ? arith::MaxSIOp::create(nested, loc, args[0], least)
                             .getResult()
                       : arith::MaxUIOp::create(nested, loc, args[0], least)
                             .getResult();
               linalg::YieldOp::create(nested, loc, larger);
             })
      .getResult(0);
}

Value IntegerBuilder::buildRequantize(QuantizedContraction &match, Value sums) {
  LoopTensor scale = buildScale(match);
  QuantizeOp quantize = match.quantize;
  IntegerAttr axis = quantize.getAxisAttr();
  if (!scale.loops.empty())
    axis = b.getI64IntegerAttr(getResultDim(op, scale.loops.front()));
  Value integers = RequantizeOp::create(
      b, loc, quantize.getResult().getType(), sums, scale.value,
      /*zero_point_in=*/Value(), quantize.getScale(), quantize.getZeroPoint(),
      /*seed=*/Value(), /*position=*/ValueRange(), axis,
      StorageAttr::get(b.getContext(), 32, /*isSigned=*/true),
      quantize.getStorage(), quantize.getRounding());
  return match.hasRelu ? buildRelu(quantize, integers) : integers;
}
