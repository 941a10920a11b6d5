//===- QuantExtFolders.cpp - Folding and canonicalization -----------------===//

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/IR/QuantExt.h"
#include "QuantExt/Numerics/Philox.h"
#include "QuantExt/Numerics/QuantizedScales.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::quant_ext;

//===----------------------------------------------------------------------===//
// Operations on tensors
//===----------------------------------------------------------------------===//

LogicalResult ChooseQParamsOp::fold(FoldAdaptor adaptor,
                                    SmallVectorImpl<OpFoldResult> &results) {
  SmallVector<Attribute> attrs;
  if (failed(evaluateConstants(*this, adaptor.getOperands(),
                               ResourceUse::Refuse, attrs)))
    return failure();
  results.append(attrs.begin(), attrs.end());
  return success();
}

/// Folds an operation of one result.
static OpFoldResult foldOne(Operation *op, ArrayRef<Attribute> operands) {
  SmallVector<Attribute> results;
  if (failed(evaluateConstants(op, operands, ResourceUse::Refuse, results)))
    return {};
  return results.front();
}

OpFoldResult QuantizeOp::fold(FoldAdaptor adaptor) {
  if (Value q = findQuantizeDequantizeIdentity(*this, adaptor.getScale()))
    return q;
  SmallVector<Attribute> operands(adaptor.getOperands());
  // What the scale is dequantized to is known, though dequantize stays.
  Attribute &scale = operands[1];
  if (adaptor.getInput() && !scale)
    scale = getConstantScale(getScale());
  return foldOne(*this, operands);
}

OpFoldResult RequantizeOp::fold(FoldAdaptor adaptor) {
  return foldOne(*this, adaptor.getOperands());
}

OpFoldResult RequantizeFixedPointOp::fold(FoldAdaptor adaptor) {
  return foldOne(*this, adaptor.getOperands());
}

void ChooseQParamsOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                  MLIRContext *) {
  populateResourceFoldingPatterns<ChooseQParamsOp>(patterns);
}

void QuantizeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *) {
  populateResourceFoldingPatterns<QuantizeOp>(patterns);
}

void RequantizeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                               MLIRContext *) {
  populateResourceFoldingPatterns<RequantizeOp>(patterns);
}

void RequantizeFixedPointOp::getCanonicalizationPatterns(
    RewritePatternSet &patterns, MLIRContext *) {
  populateResourceFoldingPatterns<RequantizeFixedPointOp>(patterns);
}

//===----------------------------------------------------------------------===//
// Operations on elements
//===----------------------------------------------------------------------===//

/// Reads all operands, each element spelled out; fails where one is missing.
static FailureOr<SmallVector<ConstantData>>
readElements(ArrayRef<Attribute> operands) {
  SmallVector<ConstantData> values;
  for (Attribute attr : operands) {
    // Vectors of resources do not exist.
    std::optional<ConstantData> data = ConstantData::get(attr);
    if (!data || isa<DenseResourceElementsAttr>(attr) || !data->canExpand())
      return failure();
    values.push_back(data->expanded());
  }
  return values;
}

/// A layout in which every element is a group.
static numerics::Layout elementLayout(const ConstantData &data) {
  return numerics::Layout({data.getNumElements()}, {1});
}

static std::vector<char> makeBuffer(const ConstantData &like, Type type) {
  return std::vector<char>(like.getNumElements() *
                           getContainerBytes(getElementTypeOrSelf(type)));
}

/// The random number of each element, from seed and counter, the last two
/// operands; none where there are no such.
template <typename OpT>
static std::vector<uint32_t> drawNumbers(OpT op,
                                         ArrayRef<ConstantData> values) {
  std::vector<uint32_t> draws;
  if (!op.getSeed())
    return draws;
  auto [seed, counter] = std::pair(values.drop_back().back(), values.back());
  for (int64_t i = 0, n = counter.getNumElements(); i < n; ++i)
    draws.push_back(numerics::drawNumber(seed.getInteger(i, true),
                                         counter.getInteger(i, true)));
  return draws;
}

/// apply_quantize and apply_dequantize: an input with parameters; `compute`
/// fills the result.
template <typename OpT, typename ComputeFn>
static OpFoldResult foldOneScale(OpT op, ArrayRef<Attribute> operands,
                                 ComputeFn compute) {
  auto values = readElements(operands);
  if (failed(values))
    return {};
  const ConstantData &input = values->front();
  auto parameters =
      getParameters((*values)[1], op.getZeroPoint() ? &(*values)[2] : nullptr,
                    op.getStorage());
  if (failed(parameters))
    return {};
  std::vector<char> raw = makeBuffer(input, op.getType());
  compute(*values, *parameters, elementLayout(input), raw.data());
  return getDenseConstant(op.getType(), raw);
}

OpFoldResult ApplyQuantizeOp::fold(FoldAdaptor adaptor) {
  return foldOneScale(
      *this, adaptor.getOperands(),
      [&](ArrayRef<ConstantData> values, const numerics::Parameters &parameters,
          const numerics::Layout &layout, void *result) {
        quantizeElements(*this, values.front(), parameters, layout,
                         drawNumbers(*this, values), result);
      });
}

OpFoldResult ApplyDequantizeOp::fold(FoldAdaptor adaptor) {
  return foldOneScale(
      *this, adaptor.getOperands(),
      [&](ArrayRef<ConstantData> values, const numerics::Parameters &parameters,
          const numerics::Layout &layout, void *result) {
        dequantizeElements(*this, values.front(), parameters, layout, result);
      });
}

OpFoldResult ApplyMultiplierOp::fold(FoldAdaptor adaptor) {
  auto values = readElements(adaptor.getOperands());
  if (failed(values) || findScaleProblem((*values)[0]) ||
      findScaleProblem((*values)[1]))
    return {};
  std::vector<char> raw = makeBuffer((*values)[0], getType());
  auto *result = reinterpret_cast<float *>(raw.data());
  const ConstantData &in = (*values)[0], &out = (*values)[1];
  bool inDouble = in.getElementType().isF64() || out.getElementType().isF64();
  for (int64_t i = 0, n = in.getNumElements(); i < n; ++i)
    result[i] = inDouble
                    ? numerics::multiplier(in.getFloat(i), out.getFloat(i))
                    : numerics::multiplier(static_cast<float>(in.getFloat(i)),
                                           static_cast<float>(out.getFloat(i)));
  return getDenseConstant(getType(), raw);
}

OpFoldResult ApplyRequantizeOp::fold(FoldAdaptor adaptor) {
  auto values = readElements(adaptor.getOperands());
  if (failed(values) || findScaleProblem((*values)[1]))
    return {};
  unsigned next = 2;
  const ConstantData *in = getZeroPointIn() ? &(*values)[next++] : nullptr;
  const ConstantData *out = getZeroPointOut() ? &(*values)[next] : nullptr;
  if ((in && findZeroPointProblem(*in, getStorageIn())) ||
      (out && findZeroPointProblem(*out, getStorage())))
    return {};
  numerics::IntegerFormat storage = getIntegerFormat(getStorage());
  std::vector<char> raw = makeBuffer((*values)[0], getType());
  unsigned bytes = storage.getBytes();
  std::vector<uint32_t> draws = drawNumbers(*this, *values);
  numerics::dispatchRounding(getRoundingMode(getRounding()), [&](auto mode) {
    for (int64_t i = 0, n = (*values)[0].getNumElements(); i < n; ++i) {
      int32_t q = numerics::requantize<mode()>(
          (*values)[0].getInteger(i, getStorageIn().getIsSigned()),
          in ? in->getInteger(i, getStorageIn().getIsSigned()) : 0,
          static_cast<float>((*values)[1].getFloat(i)),
          out ? out->getInteger(i, getStorage().getIsSigned()) : 0,
          storage.range, draws.empty() ? 0 : draws[i]);
      uint32_t bits = storage.width == 32 ? q
                                          : static_cast<uint32_t>(q) &
                                                ((1u << storage.width) - 1);
      std::memcpy(raw.data() + i * bytes, &bits, bytes);
    }
  });
  return getDenseConstant(getType(), raw);
}

OpFoldResult ApplyRequantizeFixedPointOp::fold(FoldAdaptor adaptor) {
  auto values = readElements(adaptor.getOperands());
  if (failed(values))
    return {};
  std::optional<std::vector<numerics::FixedPointGroup>> groups =
      getFixedPointGroups(*this, ArrayRef(*values).drop_front(),
                          (*values)[0].getNumElements());
  if (!groups)
    return {};
  std::vector<char> raw = makeBuffer((*values)[0], getType());
  numerics::requantizeFixedPointArray(
      (*values)[0].getRaw(), getIntegerFormat(getStorageIn()), *groups,
      elementLayout((*values)[0]), getIntegerFormat(getStorage()),
      getFixedPointRounding(getRoundingMode()), raw.data());
  return getDenseConstant(getType(), raw);
}

LogicalResult
ApplyChooseQParamsOp::fold(FoldAdaptor adaptor,
                           SmallVectorImpl<OpFoldResult> &results) {
  auto values = readElements(adaptor.getOperands());
  if (failed(values))
    return failure();
  // The range [lo, hi] is what choosing parameters for its two ends gives.
  const ConstantData &hi = values->front();
  Type type = getScale().getType();
  unsigned size = getContainerBytes(hi.getElementType());
  int64_t count = hi.getNumElements();
  unsigned ends = getLo() ? 2 : 1;
  std::vector<char> pairs(count * size * ends);
  for (int64_t i = 0; i < count; ++i)
    for (unsigned end = 0; end < ends; ++end)
      std::memcpy(pairs.data() + (i * ends + end) * size,
                  (*values)[end].getRaw() + i * size, size);
  numerics::Layout layout({count, ends}, {1, -1});
  numerics::IntegerFormat storage = getIntegerFormat(getStorage());
  std::vector<char> scale(count * size), zeroPoint(count * storage.getBytes());
  numerics::chooseParameters(
      {pairs.data(), getFloatFormat(hi.getElementType())}, layout, storage,
      scale.data(), getLo() ? zeroPoint.data() : nullptr);
  results.push_back(getDenseConstant(type, scale));
  if (getLo())
    results.push_back(getDenseConstant(getZeroPoint().getType(), zeroPoint));
  return success();
}

OpFoldResult ApplyChooseScaleOp::fold(FoldAdaptor adaptor) {
  auto values = readElements(adaptor.getOperands());
  if (failed(values))
    return {};
  const ConstantData &maxAbs = values->front();
  const ConstantData *scaleOfScales =
      getScaleOfScales() ? &values->back() : nullptr;
  numerics::SmallFloat storage = *getSmallFloat(getStorage().getElementType());
  numerics::SmallFloat kind =
      *getSmallFloat(getScaleStorage().getElementType());
  if (scaleOfScales && findScaleProblem(*scaleOfScales))
    return {};
  bool isDouble = maxAbs.getElementType().isF64();
  std::vector<char> raw = makeBuffer(maxAbs, getType());
  for (int64_t i = 0, n = maxAbs.getNumElements(); i < n; ++i) {
    double hi = maxAbs.getFloat(i);
    double unit = scaleOfScales ? scaleOfScales->getFloat(i) : 1;
    raw[i] = static_cast<char>(
        isDouble ? numerics::chooseScale<double>(hi, unit, storage, kind)
                 : numerics::chooseScale<float>(hi, unit, storage, kind));
  }
  return getDenseConstant(getType(), raw);
}
