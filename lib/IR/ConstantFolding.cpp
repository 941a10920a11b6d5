//===- ConstantFolding.cpp - Evaluating operations on constants -----------===//

#include "QuantExt/IR/ConstantFolding.h"

#include "ConstantOperands.h"

#include "QuantExt/IR/ResourceConstants.h"
#include "QuantExt/Numerics/Philox.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::quant_ext;

/// The layout for the elements that are really computed: one, or all.
static numerics::Layout computedLayout(const Granularity &granularity,
                                       ArrayRef<int64_t> shape, bool single) {
  return single ? numerics::Layout({}, {}) : getLayout(granularity, shape);
}

static LogicalResult evaluate(ChooseQParamsOp op,
                              const ConstantOperands &operands,
                              SmallVectorImpl<Attribute> &results) {
  auto type = cast<RankedTensorType>(op.getScale().getType());
  const ConstantData &input = operands[0];
  Granularity granularity = op.getGranularity();
  // The type of a folded result must be the declared one.
  if (!type.hasStaticShape() || granularity.getScaleShape(input.getShape()) !=
                                    SmallVector<int64_t>(type.getShape()))
    return failure();
  // A splat stands for one element where there are any, and for one group.
  bool single = input.isSplat() && type.getNumElements() != 0;
  ConstantData computed = single ? input : input.expanded();
  numerics::Layout layout =
      computedLayout(granularity, input.getShape(), single);
  int64_t groups = layout.getNumGroups();
  numerics::Executor executor = getExecutor(op.getContext());
  std::vector<char> scale(groups * getContainerBytes(type.getElementType()));
  if (std::optional<StorageAttr> scaleStorage = op.getScaleStorage()) {
    auto chosen = getScaleStorage(
        *scaleStorage, op.getScaleOfScales() ? &operands[1] : nullptr);
    if (!chosen)
      return failure();
    numerics::chooseScales(computed.getFloats(), layout,
                           *getSmallFloat(op.getStorage().getElementType()),
                           *chosen, reinterpret_cast<uint8_t *>(scale.data()),
                           executor);
    results.push_back(getDenseConstant(type, scale));
    return success();
  }
  std::vector<char> zeroPoint;
  numerics::IntegerFormat storage = getIntegerFormat(op.getStorage());
  if (!op.isSymmetric())
    zeroPoint.resize(groups * storage.getBytes());
  numerics::chooseParameters(
      computed.getFloats(), layout, storage, scale.data(),
      op.isSymmetric() ? nullptr : zeroPoint.data(), executor);
  results.push_back(getDenseConstant(type, scale));
  if (!op.isSymmetric())
    results.push_back(getDenseConstant(op.getZeroPoint().getType(), zeroPoint));
  return success();
}

/// The random number of each element; none where no rounding needs them. A seed
/// is the last operand before the position.
template <typename OpT>
static std::vector<uint32_t> drawNumbers(OpT op,
                                         const ConstantOperands &operands) {
  std::vector<uint32_t> draws;
  if (!op.getSeed())
    return draws;
  uint64_t seed = operands[operands.size() - 1].getInteger(0, true);
  ArrayRef<int64_t> shape = operands[0].getShape();
  uint64_t index = 0;
  auto strides = llvm::to_vector_of<uint64_t>(computeStrides(shape));
  if (ArrayRef<uint64_t> position = operands.getPosition(); !position.empty()) {
    index = position.front();
    strides.assign(position.begin() + 1, position.end());
  }
  SmallVector<int64_t> place(shape.size());
  draws.reserve(operands[0].getNumElements());
  for (int64_t i = 0, n = operands[0].getNumElements(); i < n; ++i) {
    draws.push_back(numerics::drawNumber(seed, index));
    for (size_t dim = shape.size(); dim-- > 0;) {
      index += strides[dim];
      if (++place[dim] < shape[dim])
        break;
      index -= strides[dim] * shape[dim];
      place[dim] = 0;
    }
  }
  return draws;
}

/// True where one element stands for all of them: equal inputs give equal
/// results, unless each is rounded by a random number of its own.
template <typename OpT>
static bool computesSingle(OpT op, const ConstantOperands &operands) {
  if constexpr (!std::is_same_v<OpT, DequantizeOp>)
    if (op.getSeed())
      return false;
  return operands.areAllSplats() && !operands.hasResource();
}

/// quantize and fake_quantize: floats in, with parameters; `compute` fills the
/// result.
template <typename OpT, typename ComputeFn>
static LogicalResult
evaluateOneScale(OpT op, StringRef tag, const ConstantOperands &operands,
                 SmallVectorImpl<Attribute> &results, ComputeFn compute) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  if (!type.hasStaticShape() || type.getShape() != operands[0].getShape())
    return failure();
  bool single = computesSingle(op, operands);
  if (!single && !operands[0].canExpand())
    return failure();
  ConstantData input = operands.get(0, single);
  ConstantData scale = operands.get(1, single);
  std::optional<ConstantData> zeroPoint;
  if (op.getZeroPoint())
    zeroPoint = operands.get(2, single);
  auto parameters =
      getParameters(scale, zeroPoint ? &*zeroPoint : nullptr, op.getStorage());
  if (failed(parameters))
    return failure();
  numerics::Layout layout =
      computedLayout(op.getGranularity(), input.getShape(), single);
  AsmResourceBlob blob = allocateBlob(layout.getNumElements() *
                                      getContainerBytes(type.getElementType()));
  compute(input, *parameters, layout, blob.getMutableData().data(),
          getExecutor(op.getContext()));
  results.push_back(makeElements(op, type, tag, operands, std::move(blob)));
  return success();
}

static LogicalResult evaluate(QuantizeOp op, const ConstantOperands &operands,
                              SmallVectorImpl<Attribute> &results) {
  return evaluateOneScale(
      op, getTag(op.getStorage()), operands, results,
      [&](const ConstantData &input, const numerics::Parameters &parameters,
          const numerics::Layout &layout, void *result,
          const numerics::Executor &executor) {
        quantizeElements(op, input, parameters, layout,
                         drawNumbers(op, operands), result, executor);
      });
}

static LogicalResult evaluate(FakeQuantizeOp op,
                              const ConstantOperands &operands,
                              SmallVectorImpl<Attribute> &results) {
  StorageAttr storage = op.getStorage();
  return evaluateOneScale(
      op, "fake", operands, results,
      [&](const ConstantData &input, const numerics::Parameters &parameters,
          const numerics::Layout &layout, void *result,
          const numerics::Executor &executor) {
        numerics::FloatArray values = input.getFloats();
        numerics::DivisionMode division =
            getDivisionMode(op.getDivision(), op.getPrecision());
        if (storage.isFloat()) {
          numerics::fakeQuantizeArray(
              values, parameters, layout,
              getFloatStorage(storage, op.getSaturate()), division, result,
              executor);
          return;
        }
        std::vector<uint32_t> draws = drawNumbers(op, operands);
        numerics::fakeQuantizeArray(
            values, parameters, layout, getIntegerFormat(storage),
            {getRoundingMode(op.getRounding()), draws.data()}, division, result,
            executor);
      });
}

static LogicalResult evaluate(DequantizeOp op, const ConstantOperands &operands,
                              SmallVectorImpl<Attribute> &results) {
  return evaluateOneScale(
      op, "float", operands, results,
      [&](const ConstantData &input, const numerics::Parameters &parameters,
          const numerics::Layout &layout, void *result,
          const numerics::Executor &executor) {
        dequantizeElements(op, input, parameters, layout, result, executor);
      });
}

static LogicalResult evaluate(RequantizeOp op, const ConstantOperands &operands,
                              SmallVectorImpl<Attribute> &results) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  if (!type.hasStaticShape() || type.getShape() != operands[0].getShape())
    return failure();
  bool single = computesSingle(op, operands);
  if (!single && !operands[0].canExpand())
    return failure();
  ConstantData input = operands.get(0, single);
  unsigned next = 1;
  auto take = [&](Value value) -> std::optional<ConstantData> {
    if (!value)
      return std::nullopt;
    return operands.get(next++, single);
  };
  std::optional<ConstantData> scaleIn = take(op.getScaleIn());
  std::optional<ConstantData> zeroPointIn = take(op.getZeroPointIn());
  std::optional<ConstantData> scaleOut = take(op.getScaleOut());
  std::optional<ConstantData> zeroPointOut = take(op.getZeroPointOut());
  auto in = getParameters(*scaleIn, zeroPointIn ? &*zeroPointIn : nullptr,
                          op.getStorageIn());
  auto out = getParameters(*scaleOut, zeroPointOut ? &*zeroPointOut : nullptr,
                           op.getStorage());
  if (failed(in) || failed(out))
    return failure();
  numerics::Layout inLayout = computedLayout(
      op.getGranularityOf(op.getScaleIn()), input.getShape(), single);
  numerics::Layout outLayout = computedLayout(
      op.getGranularityOf(op.getScaleOut()), input.getShape(), single);
  AsmResourceBlob blob = allocateBlob(inLayout.getNumElements() *
                                      getContainerBytes(type.getElementType()));
  std::vector<uint32_t> draws = drawNumbers(op, operands);
  numerics::requantizeArray(input.getRaw(), getIntegerFormat(op.getStorageIn()),
                            *in, inLayout, *out, outLayout,
                            getIntegerFormat(op.getStorage()),
                            {getRoundingMode(op.getRounding()), draws.data()},
                            blob.getMutableData().data());
  results.push_back(
      makeElements(op, type, "requantized", operands, std::move(blob)));
  return success();
}

static LogicalResult evaluate(RequantizeFixedPointOp op,
                              const ConstantOperands &operands,
                              SmallVectorImpl<Attribute> &results) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  if (!type.hasStaticShape() || type.getShape() != operands[0].getShape())
    return failure();
  bool single = operands.areAllSplats() && !operands.hasResource();
  SmallVector<ConstantData> parameters;
  Granularity granularity = Granularity::perTensor();
  for (unsigned i = 1, n = operands.size(); i < n; ++i) {
    parameters.push_back(operands[i]);
    if (op.getGranularityOf(op->getOperand(i)).isPerAxis())
      granularity = Granularity::perAxis(*op.getAxis());
  }
  ConstantData input = operands.get(0, single);
  numerics::Layout layout =
      computedLayout(granularity, input.getShape(), single);
  std::optional<std::vector<numerics::FixedPointGroup>> groups =
      getFixedPointGroups(op, parameters, layout.getNumGroups());
  if (!groups)
    return failure();
  AsmResourceBlob blob = allocateBlob(layout.getNumElements() *
                                      getContainerBytes(type.getElementType()));
  numerics::requantizeFixedPointArray(
      input.getRaw(), getIntegerFormat(op.getStorageIn()), *groups, layout,
      getIntegerFormat(op.getStorage()),
      getFixedPointRounding(op.getRoundingMode()),
      blob.getMutableData().data());
  results.push_back(
      makeElements(op, type, "requantized", operands, std::move(blob)));
  return success();
}

/// How many operands place what `op` rounds in a whole tensor.
static size_t getPositionSize(Operation *op) {
  return TypeSwitch<Operation *, size_t>(op)
      .Case<QuantizeOp, FakeQuantizeOp, RequantizeOp>(
          [](auto typed) { return typed.getPosition().size(); })
      .Default(size_t(0));
}

LogicalResult
quant_ext::evaluateConstants(Operation *op, ArrayRef<Attribute> attrs,
                             ResourceUse resources,
                             SmallVectorImpl<Attribute> &results) {
  ConstantOperands operands(attrs, getPositionSize(op), resources);
  if (failed(operands.read()))
    return failure();
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case<ChooseQParamsOp, QuantizeOp, DequantizeOp, RequantizeOp,
            RequantizeFixedPointOp, FakeQuantizeOp>(
          [&](auto typed) { return evaluate(typed, operands, results); })
      .Default([](Operation *) { return failure(); });
}

FailureOr<SmallVector<Attribute>>
quant_ext::getConstantOperands(Operation *op) {
  SmallVector<Attribute> attrs(op->getNumOperands());
  for (auto [operand, attr] : llvm::zip_equal(op->getOperands(), attrs))
    if (!matchPattern(operand, m_Constant(&attr)))
      return failure();
  return attrs;
}

std::optional<ConstantData> quant_ext::readConstant(Value value) {
  Attribute attr;
  if (!value || !matchPattern(value, m_Constant(&attr)))
    return std::nullopt;
  return ConstantData::get(attr);
}

bool quant_ext::haveSameValue(Value a, Value b) {
  if (a == b)
    return true;
  Attribute first, second;
  return a && b && matchPattern(a, m_Constant(&first)) &&
         matchPattern(b, m_Constant(&second)) && first == second;
}

Attribute quant_ext::getConstantScale(Value scale) {
  Attribute attr;
  if (matchPattern(scale, m_Constant(&attr)))
    return attr;
  auto dequantize = scale.getDefiningOp<DequantizeOp>();
  if (!dequantize)
    return {};
  FailureOr<SmallVector<Attribute>> operands = getConstantOperands(dequantize);
  SmallVector<Attribute> results;
  if (failed(operands) ||
      failed(evaluateConstants(dequantize, *operands, ResourceUse::Refuse,
                               results)))
    return {};
  return results.front();
}
