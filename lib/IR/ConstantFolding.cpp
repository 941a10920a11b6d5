//===- ConstantFolding.cpp - Evaluating operations on constants -----------===//

#include "QuantExt/IR/ConstantFolding.h"
#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/ResourceConstants.h"
#include "QuantExt/Numerics/Philox.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Threading.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// The constant operands of an operation; the last of them, `positionSize` in
/// number, place what it rounds in a whole tensor.
class Operands {
public:
  Operands(ArrayRef<Attribute> attrs, size_t positionSize,
           ResourceUse resources)
      : attrs(attrs.drop_back(positionSize)),
        positionAttrs(attrs.take_back(positionSize)), resources(resources) {
    anyResource =
        llvm::any_of(attrs, llvm::IsaAndPresentPred<DenseResourceElementsAttr>);
  }

  /// Reads every operand; fails where one is no constant.
  LogicalResult read() {
    if (anyResource && resources == ResourceUse::Refuse)
      return failure();
    for (Attribute attr : attrs) {
      std::optional<ConstantData> data = ConstantData::get(attr);
      if (!data)
        return failure();
      values.push_back(std::move(*data));
    }
    for (Attribute attr : positionAttrs) {
      auto value = dyn_cast_if_present<IntegerAttr>(attr);
      if (!value)
        return failure();
      position.push_back(value.getInt());
    }
    // Splats alone give a splat, which takes no space however large its type.
    return success(areAllSplats() ||
                   llvm::all_of(values, [](const ConstantData &data) {
                     return data.canExpand();
                   }));
  }

  bool hasResource() const { return anyResource; }
  bool areAllSplats() const {
    return llvm::all_of(
        values, [](const ConstantData &data) { return data.isSplat(); });
  }

  /// The operand at `index`, one element of it where only one is computed.
  ConstantData get(unsigned index, bool single) const {
    return single ? values[index] : values[index].expanded();
  }
  const ConstantData &operator[](unsigned index) const { return values[index]; }
  Attribute getAttr(unsigned index) const { return attrs[index]; }
  size_t size() const { return attrs.size(); }
  ArrayRef<uint64_t> getPosition() const { return position; }

private:
  ArrayRef<Attribute> attrs;
  ArrayRef<Attribute> positionAttrs;
  ResourceUse resources;
  bool anyResource = false;
  SmallVector<ConstantData> values;
  SmallVector<uint64_t> position;
};

} // namespace

/// The key of what `op` makes of the constant under operand 0: readable, and
/// different for different operations, types, attributes and parameters.
static std::string deriveKey(Operation *op, StringRef tag,
                             const Operands &operands) {
  auto hashOf = [&](unsigned index) {
    const ConstantData &data = operands[index];
    int64_t count = data.isSplat() ? 1 : data.getNumElements();
    return llvm::xxh3_64bits(StringRef(
        data.getRaw(), count * getContainerBytes(data.getElementType())));
  };
  std::string text;
  llvm::raw_string_ostream os(text);
  op->getAttrDictionary().print(os);
  llvm::interleave(op->getOperandTypes(), os, " ");
  os << " " << op->getResult(0).getType();
  for (unsigned index = 1; index < operands.size(); ++index)
    os << " " << llvm::utohexstr(hashOf(index));
  for (uint64_t value : operands.getPosition())
    os << " " << value;

  std::string key;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(operands.getAttr(0)))
    key = resource.getRawHandle().getKey().str();
  else
    key = "dense_" + llvm::utohexstr(hashOf(0), /*LowerCase=*/true);
  return key + "_" + tag.str() + "_" +
         llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true);
}

/// A constant of elements: a resource where an operand was one.
static Attribute makeElements(Operation *op, Type type, StringRef tag,
                              const Operands &operands, AsmResourceBlob blob) {
  auto shaped = cast<ShapedType>(type);
  if (operands.hasResource())
    return getResourceConstant(shaped, deriveKey(op, tag, operands),
                               std::move(blob));
  return getDenseConstant(shaped, blob.getData());
}

/// Works on the threads of the context. Parts are as large for any number of
/// them: large beside what it takes to hand one out, small beside a weight.
static numerics::Executor getExecutor(MLIRContext *context) {
  return [context](int64_t count, int64_t unit,
                   const std::function<void(int64_t, int64_t)> &work) {
    constexpr int64_t kElements = int64_t(1) << 18;
    int64_t size = llvm::alignTo(kElements, unit);
    parallelFor(context, 0, llvm::divideCeil(count, size), [&](size_t index) {
      int64_t begin = index * size;
      work(begin, std::min(begin + size, count));
    });
  };
}

/// The layout for the elements that are really computed: one, or all.
static numerics::Layout computedLayout(const Granularity &granularity,
                                       ArrayRef<int64_t> shape, bool single) {
  return single ? numerics::Layout({}, {}) : getLayout(granularity, shape);
}

static LogicalResult evaluate(ChooseQParamsOp op, const Operands &operands,
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
static std::vector<uint32_t> drawNumbers(OpT op, const Operands &operands) {
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
static bool computesSingle(OpT op, const Operands &operands) {
  if constexpr (!std::is_same_v<OpT, DequantizeOp>)
    if (op.getSeed())
      return false;
  return operands.areAllSplats() && !operands.hasResource();
}

/// quantize and fake_quantize: floats in, with parameters; `compute` fills the
/// result.
template <typename OpT, typename ComputeFn>
static LogicalResult
evaluateOneScale(OpT op, StringRef tag, const Operands &operands,
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

/// Names a storage in a key, which a range would not suit.
static std::string getTag(StorageAttr storage) {
  return storage.isFloat() ? storage.str()
                           : (storage.getIsSigned() ? "i" : "u") +
                                 llvm::utostr(storage.getWidth());
}

static LogicalResult evaluate(QuantizeOp op, const Operands &operands,
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

static LogicalResult evaluate(FakeQuantizeOp op, const Operands &operands,
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

static LogicalResult evaluate(DequantizeOp op, const Operands &operands,
                              SmallVectorImpl<Attribute> &results) {
  return evaluateOneScale(
      op, "float", operands, results,
      [&](const ConstantData &input, const numerics::Parameters &parameters,
          const numerics::Layout &layout, void *result,
          const numerics::Executor &executor) {
        dequantizeElements(op, input, parameters, layout, result, executor);
      });
}

static LogicalResult evaluate(RequantizeOp op, const Operands &operands,
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
                              const Operands &operands,
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
  Operands operands(attrs, getPositionSize(op), resources);
  if (failed(operands.read()))
    return failure();
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case<ChooseQParamsOp, QuantizeOp, DequantizeOp, RequantizeOp,
            RequantizeFixedPointOp, FakeQuantizeOp>(
          [&](auto typed) { return evaluate(typed, operands, results); })
      .Default([](Operation *) { return failure(); });
}

//===----------------------------------------------------------------------===//
// quantize by what is chosen from the same constant
//===----------------------------------------------------------------------===//

/// Whether `quantize` rounds what `choose` takes its range from, in the same
/// groups and to the same integers.
static bool isQuantizedByChosen(QuantizeOp quantize, ChooseQParamsOp choose) {
  return quantize.getInput() == choose.getInput() &&
         quantize.getScale() == choose.getScale() &&
         quantize.getZeroPoint() == choose.getZeroPoint() &&
         quantize.getGranularity() == choose.getGranularity() &&
         quantize.getStorage() == choose.getStorage() &&
         !quantize.getStorage().isFloat() && !quantize.getSeed();
}

QuantizeOp quant_ext::findQuantizeOfChosen(ChooseQParamsOp choose) {
  if (choose.getScaleStorage())
    return {};
  for (Operation *user : choose.getScale().getUsers())
    if (auto quantize = dyn_cast<QuantizeOp>(user))
      if (isQuantizedByChosen(quantize, choose))
        return quantize;
  return {};
}

LogicalResult quant_ext::evaluateChosen(ChooseQParamsOp choose,
                                        QuantizeOp quantize,
                                        Attribute inputAttr,
                                        SmallVectorImpl<Attribute> &results) {
  Operands operands(inputAttr, /*positionSize=*/0, ResourceUse::Allow);
  if (failed(operands.read()))
    return failure();
  const ConstantData &input = operands[0];
  auto scaleType = cast<RankedTensorType>(choose.getScale().getType());
  auto type = cast<RankedTensorType>(quantize.getResult().getType());
  Granularity granularity = choose.getGranularity();
  if (input.isSplat() || type.getShape() != input.getShape() ||
      !scaleType.hasStaticShape() ||
      granularity.getScaleShape(input.getShape()) !=
          SmallVector<int64_t>(scaleType.getShape()))
    return failure();
  numerics::Layout layout = getLayout(granularity, input.getShape());
  numerics::IntegerFormat storage = getIntegerFormat(choose.getStorage());
  int64_t groups = layout.getNumGroups();
  std::vector<char> scale(groups *
                          getContainerBytes(scaleType.getElementType()));
  std::vector<char> zeroPoint;
  if (!choose.isSymmetric())
    zeroPoint.resize(groups * storage.getBytes());
  AsmResourceBlob blob =
      allocateBlob(layout.getNumElements() * storage.getBytes());
  numerics::chooseAndQuantizeArray(
      input.getFloats(), layout, storage,
      getRoundingMode(quantize.getRounding()),
      getDivisionMode(quantize.getDivision(), quantize.getPrecision()),
      scale.data(), choose.isSymmetric() ? nullptr : zeroPoint.data(),
      blob.getMutableData().data(), getExecutor(choose.getContext()));

  results.push_back(getDenseConstant(scaleType, scale));
  if (!choose.isSymmetric())
    results.push_back(
        getDenseConstant(choose.getZeroPoint().getType(), zeroPoint));
  // Under the key that quantize would give it alone.
  SmallVector<Attribute> attrs = {inputAttr};
  attrs.append(results.begin(), results.end());
  Operands all(attrs, /*positionSize=*/0, ResourceUse::Allow);
  if (failed(all.read()))
    return failure();
  results.push_back(makeElements(quantize, type, getTag(choose.getStorage()),
                                 all, std::move(blob)));
  return success();
}

/// The constant operands of `op`; fails where one is not constant.
static FailureOr<SmallVector<Attribute>> getConstantOperands(Operation *op) {
  SmallVector<Attribute> attrs(op->getNumOperands());
  for (auto [operand, attr] : llvm::zip_equal(op->getOperands(), attrs))
    if (!matchPattern(operand, m_Constant(&attr)))
      return failure();
  return attrs;
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
