//===- ConstantData.h - The elements of constant attributes -----*- C++ -*-===//
//
// Reading the elements of dense and resource constants as raw memory, checking
// that parameters are fit to compute with, and making constants of results.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_IR_CONSTANTDATA_H
#define QUANTEXT_IR_CONSTANTDATA_H

#include "QuantExt/IR/QuantExt.h"
#include "QuantExt/Numerics/Kernels.h"

#include "mlir/IR/TypeUtilities.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlir::quant_ext {

/// The elements of a constant, in MLIR's raw form: each in a container of whole
/// bytes, little-endian; one element only where the constant is a splat.
class ConstantData {
public:
  /// Reads a DenseElementsAttr, a DenseResourceElementsAttr, a FloatAttr or an
  /// IntegerAttr. None for a null or other attribute, for a type whose elements
  /// are neither float nor integer, and for a resource without a sound blob.
  static std::optional<ConstantData> get(Attribute attr);

  Type getElementType() const { return elementType; }
  ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getNumElements() const { return ShapedType::getNumElements(shape); }
  bool isSplat() const { return splat; }

  /// The raw elements: one for a splat, all of them otherwise.
  const char *getRaw() const { return raw; }
  /// Whether all elements may be spelled out: not where a splat of a huge type
  /// would take more memory than any constant that somebody wrote down.
  bool canExpand() const;
  /// All elements, one after the other.
  ConstantData expanded() const;

  /// One element as a double (values and scales), or sign-extended or
  /// zero-extended (integers, and the bits of float storages).
  double getFloat(int64_t index) const;
  int64_t getInteger(int64_t index, bool isSigned) const;

  /// The elements, for a floating-point constant.
  numerics::FloatArray getFloats() const;

private:
  Type elementType;
  SmallVector<int64_t> shape;
  bool splat = false;
  const char *raw = nullptr;
  std::shared_ptr<std::vector<char>> owned;
};

/// The same things in the words of Numerics. A float storage has a small float;
/// what its integer format says of it is its width and range.
numerics::FloatFormat getFloatFormat(Type elementType);
std::optional<numerics::SmallFloat> getSmallFloat(Type elementType);
numerics::IntegerFormat getIntegerFormat(StorageAttr storage);
numerics::RoundingMode getRoundingMode(Rounding rounding);
numerics::FixedPointRounding getFixedPointRounding(FixedPointRounding rounding);
numerics::DivisionMode getDivisionMode(Division division,
                                       std::optional<Type> precision);
numerics::FloatStorage getFloatStorage(StorageAttr storage,
                                       bool saturate = true);
/// `scaleOfScales`, of which the first element counts, may be null; none where
/// it cannot be computed with.
std::optional<numerics::ScaleStorage>
getScaleStorage(StorageAttr storage, const ConstantData *scaleOfScales);
numerics::Layout getLayout(const Granularity &granularity,
                           ArrayRef<int64_t> shape);

/// Bytes of the container of one element in a dense constant.
unsigned getContainerBytes(Type elementType);

/// What is wrong with the blob of a resource, such as `must have 48 bytes for
/// tensor<4x3xf32>, found 40`; none where it is sound.
std::optional<std::string> findResourceProblem(DenseResourceElementsAttr attr);

/// What is wrong with a constant scale: `must be positive and finite, found nan
/// at index 2`; none where every element can be computed with.
std::optional<std::string> findScaleProblem(const ConstantData &scale);

/// The same for a zero point outside the range of its storage.
std::optional<std::string> findZeroPointProblem(const ConstantData &zeroPoint,
                                                StorageAttr storage);

/// The same for the shift of a fixed-point multiplier.
std::optional<std::string> findShiftProblem(const ConstantData &shift);

/// The parameters in the words of Numerics; `zeroPoint` may be null. Fails
/// where an element cannot be computed with. The constants must outlive the
/// result.
FailureOr<numerics::Parameters> getParameters(const ConstantData &scale,
                                              const ConstantData *zeroPoint,
                                              StorageAttr storage);

/// The parameters of requantize_fixed_point or apply_requantize_fixed_point,
/// constant operands without the input, for `count` groups; each has that many
/// elements, or one for all of them. None where an element cannot be computed
/// with.
template <typename OpT>
std::optional<std::vector<numerics::FixedPointGroup>>
getFixedPointGroups(OpT op, ArrayRef<ConstantData> parameters, int64_t count) {
  const ConstantData &multiplier = parameters[0], &shift = parameters[1];
  parameters = parameters.drop_front(2);
  const ConstantData *in = nullptr, *out = nullptr;
  if (op.getZeroPointIn()) {
    in = &parameters.front();
    parameters = parameters.drop_front();
  }
  if (op.getZeroPointOut())
    out = &parameters.front();
  if (findShiftProblem(shift) ||
      (in && findZeroPointProblem(*in, op.getStorageIn())) ||
      (out && findZeroPointProblem(*out, op.getStorage())))
    return std::nullopt;
  auto at = [](const ConstantData &data, int64_t group, bool isSigned) {
    int64_t index = data.getNumElements() == 1 ? 0 : group;
    return static_cast<int32_t>(data.getInteger(index, isSigned));
  };
  std::vector<numerics::FixedPointGroup> groups(count);
  for (int64_t i = 0; i < count; ++i) {
    groups[i].multiplier = at(multiplier, i, /*isSigned=*/true);
    groups[i].shift = at(shift, i, /*isSigned=*/true);
    if (in)
      groups[i].zeroPointIn = at(*in, i, op.getStorageIn().getIsSigned());
    if (out)
      groups[i].zeroPointOut = at(*out, i, op.getStorage().getIsSigned());
  }
  return groups;
}

/// Fills `result` with what quantize or apply_quantize makes of `input`;
/// `draws` has the random number of each element, where these are needed.
template <typename OpT>
void quantizeElements(
    OpT op, const ConstantData &input, const numerics::Parameters &parameters,
    const numerics::Layout &layout, ArrayRef<uint32_t> draws, void *result,
    const numerics::Executor &executor = numerics::executeSerially) {
  StorageAttr storage = op.getStorage();
  numerics::DivisionMode division =
      getDivisionMode(op.getDivision(), op.getPrecision());
  if (storage.isFloat())
    numerics::quantizeArray(input.getFloats(), parameters, layout,
                            getFloatStorage(storage, op.getSaturate()),
                            division, result, executor);
  else
    numerics::quantizeArray(input.getFloats(), parameters, layout,
                            getIntegerFormat(storage),
                            {getRoundingMode(op.getRounding()), draws.data()},
                            division, result, executor);
}

/// The same for dequantize and apply_dequantize.
template <typename OpT>
void dequantizeElements(
    OpT op, const ConstantData &input, const numerics::Parameters &parameters,
    const numerics::Layout &layout, void *result,
    const numerics::Executor &executor = numerics::executeSerially) {
  StorageAttr storage = op.getStorage();
  numerics::FloatFormat format =
      getFloatFormat(getElementTypeOrSelf(op.getResult().getType()));
  if (storage.isFloat())
    numerics::dequantizeArray(input.getRaw(), parameters, layout,
                              getFloatStorage(storage), format, result,
                              executor);
  else
    numerics::dequantizeArray(input.getRaw(), parameters, layout,
                              getIntegerFormat(storage), format, result,
                              executor);
}

/// A dense constant (or FloatAttr, IntegerAttr where `type` is not shaped) of
/// raw elements; a splat where all are equal.
TypedAttr getDenseConstant(Type type, ArrayRef<char> raw);

} // namespace mlir::quant_ext

#endif // QUANTEXT_IR_CONSTANTDATA_H
